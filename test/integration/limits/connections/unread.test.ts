import { once } from 'node:events';
import { setTimeout } from 'node:timers/promises';
import { afterEach, describe, expect, it } from '@jest/globals';
import { WebSocket } from 'ws';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { closeRaw, graphqlRequest, openRaw, type RawClient } from '../../../support/clients/raw-client.js';
import { scrape } from '../../../support/gateway/scraping.js';
import { until } from '../../../support/clients/subscribing.js';

const megabyte = 1024 ** 2;
const readTimeoutMs = 1500;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let query: string;
const sockets: WebSocket[] = [];

async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  const clientTimeouts = { headersMs: 8000, requestMs: 8000, checkEveryMs: 100, readTimeoutMs };
  gateway = await startGatewayOn(
    sandbox.baseUrl,
    { SHUTDOWN_GRACE_MS: '500', LOG_LEVEL: 'error', ...environment },
    undefined,
    undefined,
    { clientTimeouts },
  );
  const { sid } = sandbox.state.insert({ status: 'completed', audience: 500 });
  const fields = Array.from({ length: 10 }, (_, index) => `${'x'.repeat(1000)}${index}: status`);
  query = `{ campaign(sid: "${sid}") { messages(first: 500) { nodes { ${fields.join(' ')} } } } }`; // 5 MB
}
afterEach(async () => {
  closeRaw();
  for (const socket of sockets.splice(0)) socket.terminate();
  await gateway.close();
  await sandbox.close();
});

/** What the gateway says of its connections. */
async function metrics() {
  const { value } = await scrape(gateway);
  return {
    unreadBytes: value('campaign_gateway_unread_bytes') ?? NaN,
    late: value('campaign_gateway_connections_ended_total', { reason: 'late' }),
    full: value('campaign_gateway_connections_ended_total', { reason: 'full' }),
  };
}

/** Waits for what the metrics say, and looks less often than for anything else: they take long to make. */
async function untilMetrics(
  isTrue: (seen: Awaited<ReturnType<typeof metrics>>) => boolean,
  withinMs?: number,
): Promise<void> {
  await until(async () => {
    if (isTrue(await metrics())) return true;
    await setTimeout(50);
    return false;
  }, withinMs);
}

/** Whether the response has come to its end. */
function isWhole({ text }: RawClient): boolean {
  return text().endsWith('}]}}}}');
}

describe('an unread response', () => {
  it.each(['/graphql', '/graphql/stream'])(
    'of %s is dropped with its connection after the deadline',
    async (path) => {
      await start();
      const client = await openRaw(
        gateway.url,
        graphqlRequest({ query }, ['accept: */*, text/event-stream'], path),
      );
      await untilMetrics(({ unreadBytes }) => unreadBytes > megabyte);
      await untilMetrics(({ late }) => late === 1, 3 * readTimeoutMs);
      expect((await metrics()).unreadBytes).toBe(0);
      client.read();
      await until(client.hasEnded);
      expect(isWhole(client)).toBe(false);
    },
  );

  it.each(['/', '/metrics', '/nothing', '/graphql/stream', '/webhooks/exotel/campaign/x'])(
    'of %s is the only one of its connection, however many requests are pipelined',
    async (path) => {
      await start({ MAX_UNREAD_BYTES: String(64 * megabyte) });
      const one = `GET ${path} HTTP/1.1\r\nhost: localhost\r\naccept-encoding: gzip\r\n\r\n`;
      const client = await openRaw(gateway.url, one.repeat(11));
      client.read();
      await until(() => client.text().match(/HTTP\/1\.1 \d{3}/g)?.length === 11);
      const flood = await openRaw(gateway.url, one.repeat(5000));
      await untilMetrics(({ unreadBytes }) => unreadBytes === 0 || flood.hasEnded());
      expect((await metrics()).unreadBytes).toBeLessThan(4 * megabyte);
    },
  );

  it('counts with all others towards MAX_UNREAD_BYTES; responses that are read stay complete', async () => {
    await start({ MAX_UNREAD_BYTES: String(20 * megabyte), MAX_ANSWER_BYTES: String(10 * megabyte) });
    const unread: RawClient[] = [];
    for (let index = 0; index < 15; index += 1) {
      unread.push(await openRaw(gateway.url, graphqlRequest({ query })));
      const reading = await openRaw(gateway.url, graphqlRequest({ query }));
      reading.read();
      await until(() => isWhole(reading));
      expect((await metrics()).unreadBytes).toBeLessThanOrEqual(20 * megabyte);
    }
    expect((await metrics()).full).toBeGreaterThan(0);
    await untilMetrics(({ unreadBytes }) => unreadBytes === 0, 3 * readTimeoutMs);
  });
});

it('a client that reads slowly gets the complete response', async () => {
  await start();
  const { socket } = await openRaw(gateway.url, graphqlRequest({ query }));
  const from = performance.now();
  let last = '';
  while (!last.endsWith('}]}}}}') && performance.now() - from < 30_000) {
    await setTimeout(readTimeoutMs / 50);
    const chunk = socket.read() as Buffer | null; // what fits into its own buffer, some 64 KB
    if (chunk) last = chunk.toString('latin1');
  }
  expect(last.endsWith('}]}}}}')).toBe(true);
  expect(performance.now() - from).toBeGreaterThan(1.2 * readTimeoutMs);
  expect((await metrics()).late).toBe(0);
});

it('a subscriber that does not read stays connected while nothing is unread', async () => {
  await start();
  const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1000 });
  const subscription = `subscription { campaignUpdated(sid: "${sid}") { status } }`;
  const client = await openRaw(
    gateway.url,
    graphqlRequest({ query: subscription }, ['accept: text/event-stream'], '/graphql/stream'),
  );
  await setTimeout(1.5 * readTimeoutMs);
  expect(client.hasEnded()).toBe(false);
  expect((await metrics()).late).toBe(0);
});

describe('a WebSocket whose client does not read', () => {
  async function open(): Promise<WebSocket> {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    sockets.push(socket);
    await once(socket, 'open');
    const acknowledged = once(socket, 'message');
    socket.send(JSON.stringify({ type: 'connection_init' }));
    await acknowledged;
    return socket;
  }
  const ask = (socket: WebSocket, id: number, text: string): void => {
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: text } }));
  };

  it('is closed when its messages are unread for too long', async () => {
    await start();
    const socket = await open();
    const closed = once(socket, 'close');
    socket.pause();
    ask(socket, 1, query);
    await untilMetrics(({ late }) => late === 1, 4 * readTimeoutMs);
    socket.resume();
    await closed;
  });

  it('gets one large response; the next is produced after it is read', async () => {
    await start();
    const socket = await open();
    const received: number[] = [];
    socket.on('message', (data: Buffer) => received.push(data.length));
    ask(socket, 0, query);
    await until(() => received.length === 2); // the answer, and that it is complete
    const [answerBytes = 0] = received;
    socket.pause();
    for (let index = 1; index <= 20; index += 1) ask(socket, index, query);
    await untilMetrics(({ unreadBytes }) => unreadBytes > 0);
    await until(() => socket.bufferedAmount === 0);
    expect((await metrics()).unreadBytes).toBeLessThan(1.5 * answerBytes);
    socket.resume();
    await until(() => received.filter((bytes) => bytes >= answerBytes).length === 21);
    expect((await metrics()).full).toBe(0);
  });

  it('takes no memory for any number and size of pings', async () => {
    await start();
    const socket = await open();
    socket.pause();
    const ping = JSON.stringify({ type: 'ping', payload: { text: 'x'.repeat(200_000) } });
    for (let index = 0; index < 90; index += 1) socket.send(ping);
    await until(() => socket.bufferedAmount === 0);
    expect((await metrics()).unreadBytes).toBeLessThan(megabyte);
    expect(socket.readyState).toBe(socket.OPEN);
    for (let index = 0; index < 20_000; index += 1) socket.send('{"type":"ping"}'); // too many: it is closed
    await untilMetrics(({ unreadBytes }) => unreadBytes < megabyte);
  });
});
