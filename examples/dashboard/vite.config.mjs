import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

// URL of the gateway, e.g. https://campaigns.example.com. Empty: the origin of the page.
process.env.VITE_GATEWAY_URL ??= '';

/**
 * While VITE_GATEWAY_URL is empty, the page asks its own origin, and this server forwards /graphql and exports to the gateway. `Host` and
 * `Origin` stay as the browser sent them, so the gateway sees a page of its own origin.
 */
const target = 'http://localhost:4000';
const proxy = { '/graphql': { target, ws: true }, '^/campaigns/[^/]+/messages': { target } };

export default defineConfig({
  plugins: [react()],
  server: { port: 5173, strictPort: true, proxy },
  preview: { port: 5173, strictPort: true, proxy },
});
