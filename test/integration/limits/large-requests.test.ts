import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { closeRaw, openRaw } from '../../support/clients/raw-client.js';
import { until } from '../../support/clients/subscribing.js';

/** Of which an eighth, 1 MiB, is for requests. */
const heapBytes = 8 * 1024 * 1024;
/** JSON of 30 kB that is parsed to some 700 kB. */
const junk = `[${'{},'.repeat(8000)}0]`;
const query = 'query ($sid: ID!) { campaign(sid: $sid) { name } }';
const body = (sid: string, more = '0'): string =>
  `{"query":${JSON.stringify(query)},"variables":{"sid":"${sid}","more":${more}}}`;

let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
const sockets: WebSocket[] = [];
beforeEach(async () => {
  fault = { kind: 'hang' };
  sandbox = await startSandbox({ ...credentials, seed: 'empty', faults: () => fault });
  const environment = { EXOTEL_TIMEOUT_MS: '1500', SHUTDOWN_GRACE_MS: '300' };
  gateway = await startGatewayOn(sandbox.baseUrl, environment, undefined, undefined, { heapBytes });
});
afterEach(async () => {
  closeRaw();
  for (const socket of sockets.splice(0)) socket.terminate();
  await gateway.close();
  await sandbox.close();
});

async function post(text: string) {
  const answer = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: text,
  });
  const { errors = [] } = (await answer.body.json()) as { errors?: { extensions: { code: string } }[] };
  return {
    status: answer.statusCode,
    retryAfter: answer.headers['retry-after'],
    codes: errors.map(({ extensions }) => extensions.code),
  };
}

const overloaded = { status: 503, retryAfter: '1', codes: ['OVERLOADED'] };
const timedOut = { status: 200, retryAfter: undefined, codes: ['UPSTREAM_TIMEOUT'] };
const isCalled = (times: number) => until(() => sandbox.calls.length >= times);

describe('requests that exceed the request memory together', () => {
  it('are refused over HTTP by their size once parsed, until others are answered', async () => {
    const first = post(body('a', junk));
    await isCalled(1);
    expect(await post(body('b', junk))).toEqual(overloaded);
    const small = post(body('c'));
    await isCalled(2);
    expect(sandbox.calls).toHaveLength(2); // of the first and the small one
    expect([await first, await small]).toEqual([timedOut, timedOut]);
    fault = undefined;
    expect(await post(body('d', junk))).toMatchObject({ codes: [] });
  });

  it.each([
    ['of a length that is announced', 'content-length: 240000'],
    ['of a length that is not', 'transfer-encoding: chunked'],
  ])('are refused while others are being received, %s', async (_what, header) => {
    const head = `POST /graphql HTTP/1.1\r\nhost: localhost\r\ncontent-type: application/json\r\n${header}\r\n\r\n`;
    const slow = await Promise.all([1, 2, 3, 4].map(() => openRaw(gateway.url, head)));
    for (const client of slow) client.read();
    await until(async () => (await post(body('a', junk))).status === 503);
    fault = undefined;
    expect(await post(body('b'))).toMatchObject({ status: 200, codes: [] }); // a small one needs no room
    const alive = await request(`${gateway.url}/livez`); // nor does one without a body
    expect([alive.statusCode, await alive.body.json()]).toEqual([200, { status: 'ok' }]);
    closeRaw();
    await until(async () => (await post(body('c', junk))).status === 200);
  });

  it('are refused at /graphql/stream too', async () => {
    const held = post(body('a', junk));
    await isCalled(1);
    const send = async (path: string, headers: Record<string, string>, text: string) => {
      const answer = await request(`${gateway.url}${path}`, { method: 'POST', headers, body: text });
      await answer.body.dump();
      return answer.statusCode;
    };
    const json = { 'content-type': 'application/json' };
    const stream = { ...json, accept: 'text/event-stream' };
    expect(await send('/graphql/stream', stream, body('b', junk))).toBe(503);
    expect(await held).toEqual(timedOut);
  });
});

describe('over a WebSocket', () => {
  /** A socket that was let in, and the code that it is closed with. */
  async function open() {
    const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
    sockets.push(socket.on('error', () => undefined));
    await once(socket, 'open');
    const acknowledged = once(socket, 'message');
    socket.send('{"type":"connection_init"}');
    await acknowledged;
    const closed = once(socket, 'close').then(([code]) => code as number);
    return { socket, closed };
  }
  const subscribe = (sid: string, more?: string): string =>
    `{"id":"${sid}","type":"subscribe","payload":${body(sid, more)}}`;

  it('a message that exceeds it closes its socket only', async () => {
    const [one, other, small] = [await open(), await open(), await open()];
    one.socket.send(subscribe('a', junk));
    await isCalled(1);
    other.socket.send(subscribe('b', junk));
    expect(await other.closed).toBe(1013);
    small.socket.send(subscribe('c'));
    const [answer] = (await once(small.socket, 'message')) as [Buffer];
    expect(String(answer)).toContain('UPSTREAM_TIMEOUT');
    fault = undefined;
    one.socket.send(subscribe('d', junk)); // the first was answered
    await once(one.socket, 'message');
    expect(one.socket.readyState).toBe(one.socket.OPEN);
  });

  it('incomplete messages are counted while they arrive, and some connections are closed', async () => {
    const open20 = await Promise.all(Array.from({ length: 20 }, open));
    let ended = 0;
    for (const { socket, closed } of open20) {
      void closed.then(() => (ended += 1));
      socket.send(Buffer.alloc(120_000, 32), { fin: false, binary: false });
    }
    await until(() => ended >= 8);
    expect(ended).toBeLessThan(20);
    fault = undefined;
    expect(await post(body('a'))).toMatchObject({ status: 200, codes: [] });
    for (const { socket } of open20) socket.terminate();
    await until(async () => (await post(body('b', junk))).status === 200);
  });
});
