import { randomBytes } from 'node:crypto';
import { type UpstreamConfig } from '../config/upstream.js';

/** The upstream's address and credentials; a sandbox of our own is started with new ones, unless one runs already. */
export async function connect(upstream: UpstreamConfig) {
  if (upstream.kind === 'live') return { ...upstream, sandbox: undefined };
  if (upstream.running) return { ...upstream.running, sandbox: undefined };
  const { startSandbox } = await import('../sandbox/sandbox.js');
  const credentials = {
    accountSid: 'sandbox',
    apiKey: randomBytes(16).toString('hex'),
    apiToken: randomBytes(16).toString('hex'),
  };
  const sandbox = await startSandbox({ ...credentials, speed: upstream.speed, callbacks: { fire: true } });
  return { ...credentials, baseUrl: sandbox.baseUrl, sandbox };
}
