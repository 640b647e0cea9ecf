import { type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { until } from '../support/clients/subscribing.js';
import { build } from '../support/gateway/workers.js';
import { said } from '../support/programs/child-process.js';
import { startAsImage } from '../support/programs/image-process.js';
import { residentKilobytes } from '../support/programs/resident-memory.js';
import { runsOf } from '../support/property-runs.js';

const maximumKilobytes = 400 * 1024;
const sampleEveryMs = 20;
/** A response may have a twentieth of the heap, which is 208 MiB. */
const [rows, responseBytes] = [500, 10.8e6];
/** Pairs of WebSockets that nobody reads. Of the peak of sixty pairs (283 MB when measured), fifteen reach 280. */
const unreadPairs = Math.min(60, runsOf(15));

let upstream: Server;
let gateway: ChildProcess;
let url: string;
let peak = 0;
let calls = 0;
let sampling: NodeJS.Timeout;
const sockets: (Socket | WebSocket)[] = [];

/** A page near the largest size that is accepted. Each text begins with a letter that makes all of it two bytes a character. */
const largePage = (): Buffer => page(rows, `अ${'y'.repeat(responseBytes / rows - 400)}`, 'sent');
/** A page just below the 1 MB that many APIs have as the largest response, whose texts have two bytes a character too. */
const middlePage = (): Buffer => page(450, `अ${'y'.repeat(1_800)}`, 'sent');
/** One message with a status of six megabytes, whose every third letter is one that spellings of words differ in. */
const longWord = (): Buffer => page(1, 'Hello', 'in-'.repeat(2e6));

function page(count: number, body: string, status: string): Buffer {
  const response = Array.from({ length: count }, (_, index) => ({
    code: 200,
    status: 'success',
    error_data: null,
    data: {
      sid: `m${index}`,
      number: `+9198${String(index).padStart(8, '0')}`,
      name: 'n',
      body,
      status,
      detailed_status: 'DELIVERED_TO_OPERATOR',
      schedule_time: '2026-11-01T00:00:00Z',
      sender_id: 'EXOTEL',
      direction: 'outgoing-api',
    },
  }));
  const metadata = { count, offset: 0, total: count === 1 ? 1 : 100_000, limit: rows };
  return Buffer.from(JSON.stringify({ request_id: 'r', method: 'GET', http_code: 200, metadata, response }));
}

beforeAll(async () => {
  build();
  const [large, middle, long] = [largePage(), middlePage(), longWord()];
  upstream = createServer(({ url: target }, response) => {
    calls += 1;
    const body = target?.includes('long-word') ? long : target?.includes('middle') ? middle : large;
    response.writeHead(200, { 'content-type': 'application/json' }).end(body);
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  // Memory is what counts here: a machine that is busy with other suites may take its time.
  gateway = startAsImage(`http://127.0.0.1:${(upstream.address() as AddressInfo).port}`, {
    EXOTEL_TIMEOUT_MS: '60000',
    OPERATION_TIMEOUT_MS: '60000',
  });
  url = await said(gateway, (text) => /(http:\S+)\/livez/.exec(text)?.[1]);
  sampling = setInterval(() => {
    peak = Math.max(peak, residentKilobytes(gateway.pid ?? 0));
  }, sampleEveryMs);
});
afterAll(() => {
  clearInterval(sampling);
  endAll();
  gateway.kill('SIGKILL');
  upstream.closeAllConnections();
  upstream.close();
});

function endAll(): void {
  for (const socket of sockets.splice(0))
    if (socket instanceof WebSocket) socket.terminate();
    else socket.destroy();
}

/** Opens a WebSocket that sends many operations, and reads no more after it was acknowledged. */
async function sendAndNotRead(operations: readonly string[]): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  sockets.push(socket.on('error', () => undefined));
  await once(socket, 'open');
  socket.send('{"type":"connection_init"}');
  await once(socket, 'message');
  socket.pause();
  for (const [id, text] of operations.entries())
    socket.send(JSON.stringify({ id: String(id), type: 'subscribe', payload: { query: text } }));
}

/** @returns the kilobytes of the answer. */
async function query(sid: string): Promise<number> {
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      query: `{ campaign(sid: "${sid}") { messages(first: ${rows}) { nodes { sid body } } } }`,
    }),
  });
  return (await answer.body.bytes()).length >> 10;
}

/** @slow */
it('a gateway with the heap of the image stays under 400 MB where every response of the upstream is as large as it may be', async () => {
  const answers = await Promise.all(Array.from({ length: 12 }, (_, index) => query(`campaign${index}`)));
  expect(answers.filter((kilobytes) => kilobytes > 10_000).length).toBeGreaterThan(2);
  expect(gateway.exitCode).toBeNull();
  expect(peak).toBeGreaterThan(0);
  expect(peak).toBeLessThan(maximumKilobytes);
});

it('also where one word of a response has megabytes', async () => {
  const { body } = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: '{"query":"{ campaign(sid: \\"long-word\\") { messages { nodes { sid status } } } }"}',
  });
  expect(await body.json()).toEqual({
    data: { campaign: { messages: { nodes: [{ sid: 'm0', status: 'UNKNOWN' }] } } },
  });
  expect(peak).toBeLessThan(maximumKilobytes);
});

it('also for exports whose clients do not read, and queries still get responses', async () => {
  const callsBefore = calls;
  for (let index = 0; index < 4; index += 1) {
    const socket = connect(Number(new URL(url).port), '127.0.0.1').on('error', () => undefined);
    sockets.push(socket.pause());
    socket.write(`GET /campaigns/exported${index}/messages HTTP/1.1\r\nhost: localhost\r\n\r\n`);
  }
  await until(() => calls >= callsBefore + 4, 20_000);
  const answers = [await query('beside1'), await query('beside2')];
  for (const kilobytes of answers) expect(kilobytes).toBeGreaterThan(10_000);
  expect([gateway.exitCode, gateway.signalCode]).toEqual([null, null]);
  expect(peak).toBeLessThan(maximumKilobytes);
});

it('also for many responses of 1 MB, to queries and subscriptions over WebSockets that nobody reads', async () => {
  endAll();
  const callsBefore = calls;
  const fields =
    'sid id number body name status detailedStatus direction scheduledAt senderId upstreamStatus';
  const messages = `messages(first: 450) { nodes { ${fields} } edges { cursor } }`;
  const queryOf = (number: number): string => `{ campaign(sid: "middle${number}") { sid ${messages} } }`;
  const subscriptionOf = (number: number): string =>
    `subscription { campaignUpdated(sid: "middle${number % 30}", sendCurrent: true) { sid ${messages} } }`;
  const numbers = Array.from({ length: 90 }, (_, index) => index);
  for (let index = 0; index < unreadPairs; index += 1) {
    await sendAndNotRead(numbers.map((number) => queryOf(index * 90 + number)));
    await sendAndNotRead(numbers.slice(0, 20).map((number) => subscriptionOf(index * 20 + number)));
  }
  await until(() => calls >= callsBefore + 5 * unreadPairs || gateway.signalCode !== null, 200_000);
  endAll();
  expect([gateway.exitCode, gateway.signalCode]).toEqual([null, null]);
  expect(peak).toBeLessThan(maximumKilobytes);
  await until(async () => (await query('afterwards')) > 10_000, 100_000);
}, 500_000);
