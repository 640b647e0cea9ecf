import { createServer, type Server } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Browser } from 'playwright-core';
import { findBrowser, launchBrowser } from '../../support/frontend/browser.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { startWithSandbox } from '../../support/gateway/page-gateway.js';

const executable = findBrowser(); // where there is none, graphiql.test.ts says so

/** What a page of a development server can do. */
const visit = `async (gateway) => {
  const query = '{ campaigns(first: 1) { nodes { sid } } }';
  const post = (path, headers) => fetch(gateway + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query }),
  });
  const read = async (sending) => sending.then(async (answer) => [answer.status, await answer.text(), answer.headers.get('x-request-id')], () => 'refused');
  const clientHeaders = { 'apollographql-client-name': 'web', traceparent: '00-1-2-01', 'cache-control': 'no-cache', baggage: 'a=b' };
  return {
    post: await read(post('/graphql', clientHeaders)),
    stream: await read(post('/graphql/stream', { accept: 'text/event-stream' })),
    socket: await new Promise((resolve) => {
      const socket = new WebSocket(gateway.replace('http', 'ws') + '/graphql', 'graphql-transport-ws');
      socket.onopen = () => resolve('open'); socket.onerror = () => resolve('refused');
    }),
    eventSource: await new Promise((resolve) => {
      const source = new EventSource(gateway + '/graphql?query=' + encodeURIComponent(query));
      source.addEventListener('next', () => { source.close(); resolve('open'); });
      source.onerror = () => { source.close(); resolve('refused'); };
    }),
  };
}`;

(executable === undefined ? describe.skip : describe)('a page of another port of this machine', () => {
  let pages: Server;
  let origin: string;
  let browser: Browser;
  beforeAll(async () => {
    pages = createServer((_request, response) =>
      response.end('<!doctype html><link rel="icon" href="data:,">'),
    );
    await new Promise<void>((resolve) => pages.listen(0, '127.0.0.1', resolve));
    origin = `http://localhost:${(pages.address() as AddressInfo).port}`;
    browser = await launchBrowser(executable ?? '');
  });
  afterAll(async () => {
    await browser.close();
    pages.close();
  });

  async function visited({ url }: GatewayUnderTest): Promise<Record<string, unknown>> {
    const page = await browser.newPage();
    await page.goto(origin);
    const result = await page.evaluate(`(${visit})(${JSON.stringify(url)})`);
    await page.close();
    return result as Record<string, unknown>;
  }

  it('fetches and opens streams and WebSockets at a gateway with the sandbox', async () => {
    const gateway = await startWithSandbox();
    const answer = [200, expect.stringContaining('"sid"'), expect.stringMatching(/./)];
    expect(await visited(gateway)).toEqual({
      post: answer,
      stream: answer,
      socket: 'open',
      eventSource: 'open',
    });
    await gateway.close();
  });

  it('is refused by a gateway of an account, whose log names the setting', async () => {
    const gateway = await startGatewayOn('http://127.0.0.1:1');
    expect(await visited(gateway)).toEqual({
      post: 'refused',
      stream: 'refused',
      socket: 'refused',
      eventSource: 'refused',
    });
    const lines = linesOf(gateway, 'a web page was refused: CORS_ORIGINS does not list its origin');
    expect(lines.map(({ transport, setting }) => [transport, setting]).sort()).toEqual([
      ['http', `CORS_ORIGINS=${origin}`],
      ['websocket', `CORS_ORIGINS=${origin}`],
    ]);
    await gateway.close();
  });
});
