import { once } from 'node:events';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type RawData, WebSocket } from 'ws';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { closeRaw, openRaw } from '../../support/clients/raw-client.js';
import { scrape } from '../../support/gateway/scraping.js';
import { until } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let fault: Fault | undefined;
const sockets: WebSocket[] = [];

beforeEach(async () => {
  fault = undefined;
  sandbox = await startSandbox({ ...credentials, faults: () => fault });
  const clientTimeouts = { headersMs: 500, requestMs: 500, checkEveryMs: 100 };
  const environment = { SHUTDOWN_GRACE_MS: '200' };
  gateway = await startGatewayOn(sandbox.baseUrl, environment, undefined, undefined, { clientTimeouts });
});
afterEach(async () => {
  closeRaw();
  for (const socket of sockets.splice(0)) socket.terminate();
  await gateway.close();
  await sandbox.close();
});

/** A socket that speaks for itself. */
interface Open {
  readonly socket: WebSocket;
  readonly received: unknown[];
  readonly send: (message: object) => void;
}

async function open(options: { readonly isKnown: boolean }): Promise<Open> {
  const socket = new WebSocket(`${gateway.url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws');
  sockets.push(socket);
  const received: unknown[] = [];
  socket.on('message', (data: RawData) => received.push(JSON.parse((data as Buffer).toString())));
  await once(socket, 'open');
  const send = (message: object): void => {
    socket.send(JSON.stringify(message));
  };
  if (options.isKnown) {
    send({ type: 'connection_init' });
    await until(() => received.splice(0).length > 0);
  }
  return { socket, received, send };
}

/** Waits until everything that was sent before has been handled. */
async function settled({ received, send }: Open): Promise<void> {
  send({ id: 'last', type: 'subscribe', payload: { query: '{ __typename }' } });
  const isLast = (message: unknown): boolean => (message as { id?: string }).id === 'last';
  const isOver = (message: unknown): boolean => (message as { type: string }).type === 'complete';
  await until(() => received.some((message) => isLast(message) && isOver(message)));
  received.splice(0, received.length, ...received.filter((message) => !isLast(message)));
}

describe('a ping', () => {
  const payload = { text: 'x'.repeat(250_000) };

  it('is not answered before the connection is acknowledged', async () => {
    const one = await open({ isKnown: false });
    one.send({ type: 'ping', payload });
    one.send({ type: 'ping' });
    one.send({ type: 'connection_init' });
    await until(() => one.received.length > 0);
    await settled(one);
    expect(one.received).toEqual([{ type: 'connection_ack' }]);
  });

  it('is answered without its payload', async () => {
    const one = await open({ isKnown: true });
    one.send({ type: 'ping', payload });
    await settled(one);
    expect(one.received).toEqual([{ type: 'pong' }]);
  });

  it('of an acknowledged client is always answered', async () => {
    const one = await open({ isKnown: true });
    for (let count = 1; count <= 3; count += 1) {
      one.send({ type: 'ping' });
      await until(() => one.received.length === count);
    }
    expect(one.received).toEqual([{ type: 'pong' }, { type: 'pong' }, { type: 'pong' }]);
  });
});

it('operations count against the limit of their socket until they end, also after the client has cancelled them', async () => {
  fault = { kind: 'delay', delayMs: 30_000 };
  const { socket, send } = await open({ isKnown: true });
  const closed = once(socket, 'close') as Promise<[number, Buffer]>;
  for (let index = 0; index < 200; index += 1) {
    const query = `{ campaign(sid: "x${index}") { name } }`;
    send({ id: String(index), type: 'subscribe', payload: { query } });
    send({ id: String(index), type: 'complete' });
  }
  const [code] = await closed;
  expect(code).toBe(4430);
});

it('a message may come in 256 frames; one more closes the connection', async () => {
  const sendInFrames = ({ socket }: Open, frames: number): void => {
    const text = '{"id":"framed","type":"subscribe","payload":{"query":"{ __typename }"}}'.padEnd(frames);
    const size = Math.ceil(text.length / frames);
    for (let frame = 0; frame < frames; frame += 1)
      socket.send(text.slice(frame * size, (frame + 1) * size), { fin: frame === frames - 1 });
  };
  const one = await open({ isKnown: true });
  sendInFrames(one, 256);
  await settled(one);
  expect(one.received[0]).toMatchObject({ id: 'framed', payload: { data: { __typename: 'Query' } } });
  const closed = once(one.socket, 'close') as Promise<[number, Buffer]>;
  sendInFrames(one, 257);
  expect((await closed)[0]).toBe(1008);
});

it('operations that have ended do not count', async () => {
  const one = await open({ isKnown: true });
  for (let round = 0; round < 5; round += 1) {
    for (let index = 0; index < 80; index += 1)
      one.send({ id: `${round}-${index}`, type: 'subscribe', payload: { query: '{ __typename }' } });
    await until(() => one.received.length === 160);
    one.received.splice(0);
  }
  expect(one.socket.readyState).toBe(one.socket.OPEN);
});

it('a client that does not answer a close frame is disconnected', async () => {
  const before = openSockets();
  const { socket, send } = await open({ isKnown: true });
  expect(openSockets()).toBe(before + 2); // this process is the client and the server
  socket.pause();
  send({ type: 'connection_init' }); // a second one closes the socket
  await until(() => openSockets() === before + 1);
});

describe('a message that', () => {
  const query = JSON.stringify({ id: 'a', type: 'subscribe', payload: { query: '{ __typename }' } });

  /** A frame as clients send it, under a mask of zeros. */
  function frame(text: string, announced = text.length): Buffer {
    const head = Buffer.alloc(14);
    head.set([0x81, 0xff]);
    head.writeUIntBE(announced, 4, 6);
    return Buffer.concat([head, Buffer.from(text)]);
  }

  /** A socket whose bytes a test writes. */
  async function openByHand() {
    const client = await openRaw(
      gateway.url,
      'GET /graphql HTTP/1.1\r\nhost: localhost\r\nconnection: Upgrade\r\nupgrade: websocket\r\nsec-websocket-version: 13\r\n' +
        'sec-websocket-key: dGhlIHNhbXBsZSBub25jZQ==\r\nsec-websocket-protocol: graphql-transport-ws\r\n\r\n',
    );
    client.read();
    client.socket.write(frame('{"type":"connection_init"}'));
    await until(() => client.text().includes('connection_ack'));
    return client;
  }

  it.each([
    ['never ends', () => frame('{"type":"ping","payload":{"x":"', 200_000)],
    ['never ends, after one that does', () => Buffer.concat([frame('{"type":"ping"}'), frame('{', 200_000)])],
    ['has only begun', () => Buffer.from([0x81])],
    ['has a first fragment and no other', () => Buffer.from([0x01, 0x81, 0, 0, 0, 0, 0x7b])],
  ])('%s closes its connection', async (_what, bytes) => {
    const client = await openByHand();
    client.socket.write(bytes());
    await until(client.hasEnded);
    const { value } = await scrape(gateway);
    expect(value('campaign_gateway_connections_ended_total', { reason: 'slow' })).toBe(1);
  });

  it('comes in pieces is answered when it is complete', async () => {
    const client = await openByHand();
    const whole = frame(query);
    for (let index = 0; index < whole.length; index += 25) {
      client.socket.write(whole.subarray(index, index + 25));
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
    await until(() => client.text().includes('{"__typename":"Query"}'));
    await new Promise((resolve) => setTimeout(resolve, 2500));
    expect(client.hasEnded()).toBe(false); // nothing of it is left
  });
});

function openSockets(): number {
  return process.getActiveResourcesInfo().filter((name) => name === 'TCPSocketWrap').length;
}

describe('JSON of a message', () => {
  const nested = (levels: number): string => `${'['.repeat(levels)}${']'.repeat(levels)}`;
  const subscribe = (payload: string, more = '') =>
    `{"id":"a","type":"subscribe"${more},"payload":${payload}}`;
  const deep = nested(101);

  it.each([
    ['variables', subscribe(`{"query":"{ __typename }","variables":{"a":${deep}}}`)],
    [
      'variables of 250,000 characters',
      subscribe(`{"query":"{ __typename }","variables":{"a":${nested(125_000)}}}`),
    ],
    ['extensions', subscribe(`{"query":"{ __typename }","extensions":{"a":${deep}}}`)],
    ['a payload that is not an object', subscribe(deep)],
    ['a member that the protocol lacks', subscribe('{"query":"{ __typename }"}', `,"x":${deep}`)],
    ['the payload of a ping', `{"type":"ping","payload":{"a":${deep}}}`],
    ['the payload of a pong', `{"type":"pong","payload":{"a":${deep}}}`],
    ['the payload of connection_init', `{"type":"connection_init","payload":{"a":${deep}}}`],
    ['a message of an unknown type', `{"type":"x","payload":${deep}}`],
  ])('nested deeper than 100 levels closes the socket alone: %s', async (_where, text) => {
    const [one, other] = [await open({ isKnown: !text.includes('_init') }), await open({ isKnown: true })];
    one.socket.send(text);
    const [code] = (await once(one.socket, 'close')) as [number];
    expect(code).toBe(4400);
    expect(one.received).toEqual([]);
    other.socket.send(subscribe(`{"query":"{ __typename }","variables":{"a":${nested(90)}}}`));
    await until(() => other.received.length === 2);
    expect(other.received).toMatchObject([{ type: 'next' }, { type: 'complete' }]);
    expect(gateway.logs.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it('that is not an object, or not UTF-8 in a binary frame, closes the socket', async () => {
    const invalid = Buffer.from(subscribe('{"query":"{ __typename } #x"}').replace('#x', '#\xff'), 'latin1');
    for (const message of [invalid, 'null', '1', '[]', '"x"', '{']) {
      const { socket } = await open({ isKnown: true });
      socket.send(message);
      expect((await once(socket, 'close'))[0]).toBe(4400);
    }
  });
});

describe('the id of an operation', () => {
  const subscribe = (id: string) => ({ id, type: 'subscribe', payload: { query: '{ __typename }' } });
  const closed = async ({ socket }: Open): Promise<unknown> => (await once(socket, 'close'))[0];

  it.each([129, 250_000])('of %i characters closes the socket and is not echoed', async (length) => {
    const one = await open({ isKnown: true });
    one.send(subscribe('x'.repeat(length)));
    expect(await closed(one)).toBe(4400);
    expect(one.received).toEqual([]);
  });

  it('of 128 characters is accepted', async () => {
    const one = await open({ isKnown: true });
    one.send(subscribe('न'.repeat(128)));
    await until(() => one.received.length === 2);
    expect(one.received).toMatchObject([{ type: 'next' }, { type: 'complete' }]);
  });

  it('that is used twice closes the socket, for any length, without an internal error', async () => {
    fault = { kind: 'hang' };
    const one = await open({ isKnown: true });
    const hanging = { ...subscribe('न'.repeat(128)), payload: { query: '{ campaigns { totalCount } }' } };
    one.send(hanging);
    one.send(hanging);
    expect(await closed(one)).toBe(4409);
    expect(gateway.logs.filter((line) => line.includes('"level":50'))).toEqual([]);
  });

  it.each(['__proto__', 'constructor'])(
    'that is %s is accepted or refused without an internal error',
    async (id) => {
      const one = await open({ isKnown: true });
      one.send(subscribe(id));
      await Promise.race([until(() => one.received.length === 2), closed(one)]);
      expect(gateway.logs.filter((line) => line.includes('"level":50'))).toEqual([]);
    },
  );
});

it.each([
  { type: 'connection_ack' },
  { type: 'next', id: '1', payload: {} },
  { type: 'error', id: '1', payload: [{ message: 'x' }] },
])("a message that only servers send closes the socket as the client's mistake: %j", async (message) => {
  const { socket, send } = await open({ isKnown: true });
  const logged = gateway.logs.length;
  send(message);
  const [code] = (await once(socket, 'close')) as [number];
  expect(code).toBe(4400);
  expect(gateway.logs.slice(logged).filter((line) => line.includes('"level":50'))).toEqual([]);
});

describe('messages without an operation', () => {
  it.each([
    ['ping', true],
    ['ping', false],
    ['pong', true],
    ['complete', true],
  ])('%s: thousands at once close the connection, acknowledged: %s', async (type, isKnown) => {
    const { socket, send, received } = await open({ isKnown });
    const closed = once(socket, 'close');
    for (let index = 0; index < 5000; index += 1) send({ type, ...(type === 'complete' && { id: 'a' }) });
    await closed;
    expect(received.length).toBeLessThanOrEqual(150);
  });

  it('do not close a connection that pings now and then, and ends each of its operations', async () => {
    const one = await open({ isKnown: true });
    for (let index = 0; index < 300; index += 1) {
      const id = String(index);
      one.send({ id, type: 'subscribe', payload: { query: '{ __typename }' } });
      one.send({ id, type: 'complete' });
      if (index % 5 === 0) one.send({ type: 'ping' });
      if (index % 20 > 0) continue;
      one.send({ id: `last of ${id}`, type: 'subscribe', payload: { query: '{ __typename }' } });
      const isLast = (message: unknown) => (message as { id?: string }).id === `last of ${id}`;
      await until(() => one.received.filter(isLast).length === 2); // `next` and `complete`
    }
    expect(one.socket.readyState).toBe(one.socket.OPEN);
  });
});

it('messages that arrive together are handled one in a turn of the event loop: others get turns meanwhile', async () => {
  const one = await open({ isKnown: true });
  const logged: number[] = [];
  const look = (): void => {
    logged.push(gateway.logs.length); // one line for each operation
    if (one.received.length < 50) setImmediate(look);
  };
  for (let index = 0; index < 50; index += 1)
    one.send({ id: String(index), type: 'subscribe', payload: { query: '{ nope }' } });
  look();
  await until(() => one.received.length === 50);
  expect((logged.at(-1) ?? 0) - (logged[0] ?? 0)).toBe(50);
  expect(Math.max(...logged.map((count, turn) => count - (logged[turn - 1] ?? count)))).toBeLessThanOrEqual(
    2,
  );
});
