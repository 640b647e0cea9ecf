import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type Server, type ServerResponse } from 'node:http';
import { type AddressInfo, connect, type Socket } from 'node:net';
import {
  Connections,
  serverFactory,
  type ConnectionsOptions,
} from '../../../../src/server/connections/connections.js';
import { IncomingBytes } from '../../../../src/server/connections/incoming-bytes.js';
import { defaultClientTimeouts } from '../../../../src/server/limits/client-timeouts.js';
import { UnreadBytes } from '../../../../src/server/connections/unread-bytes.js';
import { ClientAddresses } from '../../../../src/server/limits/client-addresses.js';
import { until } from '../../../support/clients/subscribing.js';

let server: Server;
let connections: Connections;
let held: ServerResponse[];
let ended: string[];
let refused: string[];
const sockets: Socket[] = [];

const telemetry = {
  connectionRefused: (reason: string) => void refused.push(reason),
  connectionEnded: (reason: string) => void ended.push(reason),
  errorSent: () => undefined,
};

async function start(limits: Partial<ConnectionsOptions>): Promise<void> {
  connections = new Connections({
    maximum: 0,
    maximumPerCaller: 0,
    addresses: new ClientAddresses([]),
    incoming: new IncomingBytes({
      maximumBytes: 100_000,
      maximumMessageBytes: 50_000,
      messageMs: 60_000,
      telemetry,
    }),
    unread: new UnreadBytes({ maximumBytes: 0, readTimeoutMs: 60_000, telemetry }),
    telemetry,
    ...limits,
  });
  const make = serverFactory(connections, {
    clientTimeouts: defaultClientTimeouts,
    onClientError: () => undefined,
  });
  server = make(({ url, socket }, response) => {
    if (url === '/held') held.push(response);
    else response.end(String(connections.assignTo(socket, { name: url?.slice(1) ?? '' }, '')));
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
}

beforeEach(() => {
  [held, ended, refused] = [[], [], []];
});
afterEach(async () => {
  for (const socket of sockets.splice(0)) socket.destroy();
  connections.endAll();
  await new Promise((resolve) => server.close(resolve));
});

async function opened(): Promise<Socket> {
  const socket = connect((server.address() as AddressInfo).port, '127.0.0.1');
  sockets.push(socket);
  socket.on('error', () => undefined).resume();
  await once(socket, 'connect');
  return socket;
}

/** Asks once. @returns the response, or what came of it before the connection ended. */
async function ask(socket: Socket, path: string): Promise<string> {
  const answered = Promise.race([once(socket, 'data'), once(socket, 'close')]) as Promise<[unknown]>;
  socket.write(`GET ${path} HTTP/1.1\r\nhost: a\r\n\r\n`);
  return String((await answered)[0]);
}

/** Asks for a response that does not come. */
async function hold(): Promise<Socket> {
  const socket = await opened();
  const count = held.length;
  socket.write('GET /held HTTP/1.1\r\nhost: a\r\n\r\n');
  await until(() => held.length > count);
  return socket;
}

describe('silent connections', () => {
  it('over the limit are closed, the oldest first', async () => {
    await start({ maximumSilent: 2 });
    const [oldest, next] = [await opened(), await opened()];
    await opened();
    await until(() => oldest.destroyed);
    expect(await ask(next, '/a')).toContain('200 OK');
    expect(ended).toEqual(['silent']);
  });

  it('do not include connections with a request', async () => {
    await start({ maximumSilent: 2 });
    const asked = await opened();
    await ask(asked, '/a');
    for (let count = 0; count < 4; count += 1) await opened();
    await until(() => sockets.filter(({ destroyed }) => destroyed).length === 2);
    expect(await ask(asked, '/a')).toContain('200 OK');
  });
});

describe('at MAX_CONNECTIONS', () => {
  it('the connection that has been idle longest is closed', async () => {
    await start({ maximum: 3 });
    const [first, second] = [await opened(), await opened()];
    await ask(first, '/a');
    await ask(second, '/a');
    await ask(first, '/a'); // the second has been idle for longer now
    const busy = await hold();
    expect(await ask(await opened(), '/a')).toContain('200 OK');
    await until(() => second.destroyed);
    expect([first.destroyed, busy.destroyed]).toEqual([false, false]);
    expect([ended, refused]).toEqual([['idle'], []]);
  });

  it('a new connection is refused if all others are busy', async () => {
    await start({ maximum: 2 });
    await hold();
    await hold();
    const answer = await ask(await opened(), '/a');
    expect(answer).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer).toContain('"code":"OVERLOADED","retryAfter":1');
    expect(answer.toLowerCase()).toContain('retry-after: 1');
    expect(sockets.filter(({ destroyed }) => destroyed).length).toBeLessThanOrEqual(1);
    expect([ended, refused]).toEqual([[], ['all']]);
    for (const response of held.splice(0)) response.end();
    await until(async () => (await ask(await opened(), '/a')).includes('200 OK'));
  });

  it('a refused connection without a request is closed soon', async () => {
    await start({ maximum: 1 });
    await hold();
    const socket = await opened();
    await once(socket, 'close');
    expect(refused).toEqual(['all']);
  });

  it('at most a hundred refused connections stay open', async () => {
    await start({ maximum: 1 });
    await hold();
    const flood = await Promise.all(Array.from({ length: 150 }, () => opened().catch(() => undefined)));
    await until(() => flood.filter((socket) => socket?.destroyed !== true).length <= 100, 900);
    expect(connections.sizes).toEqual({ http: 1, ws: 0 });
  });
});

describe('at MAX_CONNECTIONS_PER_CALLER', () => {
  it('connections of other callers do not count', async () => {
    await start({ maximumPerCaller: 2 });
    const one = await opened();
    expect(await ask(one, '/alice')).toContain('true');
    const two = await opened();
    expect(await ask(two, '/alice')).toContain('true');
    const three = await opened();
    expect(await ask(three, '/bob')).toContain('true');
    // The address has none left: all have a caller.
    expect(await ask(await opened(), '/bob')).toContain('true');
    expect([ended, refused]).toEqual([[], []]);
    expect(await ask(await opened(), '/alice')).toContain('true');
    await until(() => one.destroyed);
    expect(ended).toEqual(['idle']);
  });

  it('a connection counts for the caller of its last request', async () => {
    await start({ maximumPerCaller: 1 });
    const shared = await opened();
    for (const caller of ['/alice', '/bob', '/alice']) expect(await ask(shared, caller)).toContain('true');
    expect(await ask(await opened(), '/bob')).toContain('true');
    expect([ended, refused]).toEqual([[], []]);
  });

  it('unauthenticated connections count by address', async () => {
    await start({ maximumPerCaller: 2 });
    await hold();
    await hold();
    const answer = await ask(await opened(), '/alice');
    expect(answer).toMatch(/^HTTP\/1\.1 429 /);
    expect(answer).toContain('"code":"TOO_MANY_CONNECTIONS"');
    expect(refused).toEqual(['caller']);
  });
});

describe('pipelined requests', () => {
  it('are answered one after the other', async () => {
    await start({});
    const socket = await opened();
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    socket.write('GET /held HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(5));
    for (let count = 1; count <= 5; count += 1) {
      await until(() => held.length === count);
      await new Promise((resolve) => setTimeout(resolve, 5));
      expect(held).toHaveLength(count);
      held[count - 1]?.end(`<${count}>`);
    }
    await until(() => text.includes('<5>'));
    expect(text.match(/<\d>/g)).toEqual(['<1>', '<2>', '<3>', '<4>', '<5>']);
  });

  it('over the limit end their connection after the first ones are answered', async () => {
    await start({});
    const socket = await opened();
    let text = '';
    socket.on('data', (chunk: Buffer) => (text += chunk.toString()));
    const closed = once(socket, 'close');
    socket.write('GET /a HTTP/1.1\r\nhost: a\r\n\r\n'.repeat(1000));
    await closed;
    expect(text.match(/200 OK/g)).toHaveLength(11);
    expect(text.toLowerCase().match(/connection: close/g)).toHaveLength(1);
  });

  it('end their connection at once if too many requests wait on all connections', async () => {
    await start({});
    const one = 'GET /held HTTP/1.1\r\nhost: a\r\n\r\n';
    const flood = await Promise.all(Array.from({ length: 8 }, opened));
    for (const socket of flood) socket.write(one.repeat(1000));
    await until(() => flood.filter(({ destroyed }) => destroyed).length >= 2);
    expect(flood.filter(({ destroyed }) => destroyed).length).toBeLessThan(8);
    expect(ended.slice(0, 2)).toEqual(['waiting', 'waiting']);
  });
});

describe('incoming bodies', () => {
  const head = (length: number | 'chunked', path = '/held'): string =>
    `POST ${path} HTTP/1.1\r\nhost: a\r\n` +
    (length === 'chunked' ? 'transfer-encoding: chunked' : `content-length: ${length}`) +
    '\r\n\r\n';

  async function send(text: string): Promise<Socket> {
    const socket = await opened();
    socket.write(text);
    return socket;
  }

  it('are refused if there is no room, except small ones', async () => {
    await start({});
    await send(head(50_000));
    await send(head('chunked'));
    await until(() => held.length === 2);
    const third = await opened();
    third.write(head(5000));
    const [answer] = (await once(third, 'data')) as [Buffer];
    expect(answer.toString()).toMatch(/^HTTP\/1\.1 503 /);
    expect(answer.toString()).toContain('"code":"OVERLOADED","retryAfter":1');
    await send(head(4096));
    await until(() => held.length === 3);
    expect(ended).toEqual([]);
  });

  it('are ended to make room if they are slow', async () => {
    await start({});
    const slow = await send(head(50_000));
    await send(`${head(50_000)}${'x'.repeat(50_000)}`); // this one has come, and is worked on
    await until(() => held.length === 2);
    await new Promise((resolve) => setTimeout(resolve, 1100));
    await send(head(40_000));
    await until(() => held.length === 3);
    await until(() => slow.destroyed);
    expect(ended).toEqual(['slow']);
  });

  it('count until their response begins', async () => {
    await start({});
    await send(head(50_000));
    await send(head(50_000));
    await until(() => held.length === 2);
    held[0]?.writeHead(200).write('an event');
    held[1]?.end('done');
    await send(head(50_000));
    await until(() => held.length === 3);
    expect(ended).toEqual([]);
  });
});
