import { createHash } from 'node:crypto';
import { examples } from './examples/examples.js';
import { encode, type Encoding } from './graphiql-encoding.js';
import { returningVisitorScript } from './graphiql-returning-visitor.js';
import { withHeadersOverWebSocket } from './graphiql-socket-headers.js';

/** The page, ready to be sent. */
export interface GraphiqlPage {
  /** Changes when the page does. */
  readonly digest: string;
  readonly contentSecurityPolicy: string;
  /** Encoded once, at the first request for it. */
  encoded(encoding: Encoding): Promise<Buffer>;
}

const drawing = (colour: string) =>
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 24 24" width="24" height="24" fill="${colour}">` +
  '<path d="M4 3h16a2 2 0 0 1 2 2v10a2 2 0 0 1-2 2h-8l-5 4v-4H4a2 2 0 0 1-2-2V5a2 2 0 0 1 2-2z"/></svg>';

const options = {
  title: 'campaign-gateway',
  logo: drawing('currentColor'),
  favicon: `data:image/svg+xml,${encodeURIComponent(drawing('#d60690'))}`,
  endpoint: '/graphql',
  // At the same address. With SSE the page would ask `endpoint` for events too, whatever `subscriptionsEndpoint` says.
  subscriptionsProtocol: 'WS' as const,
  // Whoever comes back finds the tabs as they were left: these are for an empty browser only.
  defaultTabs: examples.map(({ document, variables }) => ({
    query: document,
    ...(variables && { variables: JSON.stringify(variables, null, 2) }),
  })),
  shouldPersistHeaders: false, // they hold credentials, and local storage is no place for those
};

/** Makes the page; the nine megabytes of GraphiQL are loaded here and not before. */
export async function renderPage(): Promise<GraphiqlPage> {
  const { renderGraphiQL } = await import('@graphql-yoga/render-graphiql');
  const html = withHeadersOverWebSocket(renderGraphiQL(options))
    .trimStart()
    .replace('<script>', (first) => `${returningVisitorScript}${first}`);
  const bytes = Buffer.from(html);
  const encoded = new Map<Encoding, Promise<Buffer>>();
  return {
    digest: createHash('sha256').update(bytes).digest('base64url').slice(0, 22),
    contentSecurityPolicy: contentSecurityPolicy(html),
    encoded: (encoding) => {
      const bytesOnce = encoded.get(encoding) ?? encode(bytes, encoding);
      encoded.set(encoding, bytesOnce);
      return bytesOnce;
    },
  };
}

/** Runs the page's own scripts and no other, and talks to this gateway and nobody else. */
function contentSecurityPolicy(html: string): string {
  const scripts = [...html.matchAll(/<script>(.*?)<\/script>/gs)].map(([, script = '']) => script);
  const hashes = scripts.map((script) => `'sha256-${createHash('sha256').update(script).digest('base64')}'`);
  return [
    "default-src 'none'",
    `script-src ${hashes.join(' ')}`,
    "style-src 'unsafe-inline'", // the editor places its text by style attributes
    "img-src 'self' data:",
    "font-src 'self' data:",
    "connect-src 'self'", // WebSockets to the same host included
    'worker-src blob:', // the editor's language services, made from the page itself
    "base-uri 'none'",
    "form-action 'none'",
    "frame-ancestors 'none'",
  ].join('; ');
}
