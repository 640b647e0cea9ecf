import { once } from 'node:events';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type GatewayUnderTest, startGatewayOn } from './gateway-under-test.js';

/** A gateway in front of its embedded sandbox, with the defaults of `npm start`. */
export function startWithSandbox(
  environment: Readonly<Record<string, string>> = {},
): Promise<GatewayUnderTest> {
  const live = { EXOTEL_BASE_URL: '', EXOTEL_ACCOUNT_SID: '', EXOTEL_API_KEY: '', EXOTEL_API_TOKEN: '' };
  return startGatewayOn('', { ...live, ...environment });
}

/** Sends a request as a page of `origin` would. */
export async function sendFrom(
  origin: string,
  url: string,
  method: 'GET' | 'POST' | 'OPTIONS',
  headers: Readonly<Record<string, string>> = {},
) {
  const body = method === 'POST' ? '{"query":"{ __typename }"}' : null;
  const type = method === 'POST' ? { 'content-type': 'application/json' } : {};
  const answer = await request(url, { method, headers: { origin, ...type, ...headers }, body });
  return { status: answer.statusCode, headers: answer.headers, text: await answer.body.text() };
}

/** Whether a page of `origin` may open a WebSocket. */
export async function opensSocket(origin: string, { url }: Pick<GatewayUnderTest, 'url'>): Promise<boolean> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { origin });
  const isOpen = await Promise.race([
    once(socket, 'open').then(() => true),
    once(socket, 'unexpected-response').then(() => false),
  ]);
  socket.on('error', () => undefined).terminate();
  return isOpen;
}
