import { afterEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RedisWindow } from '../../../../../src/datasources/exotel/rate-limit/redis-window.js';
import { RedisBus } from '../../../../../src/datasources/state/redis/bus.js';
import { RedisConnection } from '../../../../../src/datasources/state/redis/connection.js';
import { RedisTierStore } from '../../../../../src/datasources/state/redis/shared-tier-store.js';
import { RedisState } from '../../../../../src/datasources/state/redis/state.js';
import { type GatewayError } from '../../../../../src/domain/errors.js';
import { until } from '../../../../support/clients/subscribing.js';
import { describeWithRedis, startRedis } from '../../../../support/programs/redis.js';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A connection, once it is answered; it is closed after the test. */
async function connected(url: string, errors: Error[] = []): Promise<RedisConnection> {
  const connection = new RedisConnection(url, {
    redisFailed: (error) => void errors.push(error),
    redisAnswered: () => undefined,
  });
  opened.push(() => {
    connection.close();
  });
  await connection.ready(5000);
  return connection;
}

/** A proxy in front of a Redis, which can send what Redis never said. */
async function startProxy() {
  const redis = await startRedis();
  opened.push(() => redis.stop());
  const clients = new Set<Socket>();
  let [connections, isSilent, lost] = [0, false, 0];
  const proxy = createServer((client) => {
    connections += 1;
    clients.add(client);
    const behind = connect(redis.port, '127.0.0.1');
    client
      .on('error', () => undefined)
      .on('close', () => {
        clients.delete(client);
        behind.destroy();
      });
    behind.on('error', () => undefined).on('close', () => client.destroy());
    client.pipe(behind);
    behind.on('data', (chunk) => {
      lost -= 1;
      if (!isSilent && lost < 0) client.write(chunk);
    });
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  opened.push(() => {
    for (const client of clients) client.destroy();
    proxy.close();
  });
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connections: () => connections,
    /** The next reply is lost, and no other. */
    loseOne: () => (lost = 1),
    /** Connections that are open hear nothing any more; new ones do. */
    silence: () => {
      isSilent = true;
      proxy.once('connection', () => (isSilent = false));
    },
    sayToAll: (text: string) => {
      for (const client of clients) client.write(text);
    },
  };
}

const bulk = (text: string): string => `$${text.length}\r\n${text}\r\n`;

/** A server that answers PING and INFO as Redis does, and anything else with one reply. */
async function startOddServer(reply: string): Promise<string> {
  const server = createServer((client) => {
    client.on('error', () => undefined);
    client.on('data', (chunk) => {
      for (const [, name = ''] of chunk.toString('latin1').matchAll(/\*\d+\r\n\$\d+\r\n(\w+)\r\n/g)) {
        const command = name.toUpperCase();
        client.write(command === 'PING' ? '+PONG\r\n' : command === 'INFO' ? '$0\r\n\r\n' : reply);
      }
    });
    opened.push(() => client.destroy());
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  opened.push(() => server.close());
  return `redis://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it.each([
  ['a number', ':42\r\n'],
  ['nil', '$-1\r\n'],
  ['a text', '+odd\r\n'],
  ['an empty list', '*0\r\n'],
  ['a list of nils', '*6\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n$-1\r\n'],
  ['a nested list', '*1\r\n*1\r\n:1\r\n'],
  [
    'rate headers that are no JSON',
    `*7\r\n:1\r\n:0\r\n:0\r\n${['e', '{', 'a b', 'a/1 100 0 1 0'].map(bulk).join('')}`,
  ],
])('%s in place of the reply of a command counts as no reply, or as nothing', async (_what, reply) => {
  const url = await startOddServer(reply);
  let connection = await connected(url);
  const window = new RedisWindow({
    connection,
    prefix: 'odd:',
    timeoutMs: 1000,
    now: () => 0,
    wallNow: () => 0,
  });
  const views: unknown[] = [];
  window.open(
    (view) => views.push(view),
    () => [],
  );
  opened.push(() => {
    window.close();
  });
  const ask = { id: '1', isBackground: false, share: 30, backgroundShare: 10 };
  const grant = await window.take(ask);
  expect(['unavailable', 'granted', { waitMs: 50 }]).toContainEqual(grant);
  connection = await connected(url);
  const store = new RedisTierStore(connection, 'odd:');
  const location = { key: 'k', scope: 's' };
  expect((await store.get([location]))?.[0]?.entry).toBeUndefined();
  await until(() => connection.isUp);
  expect(await store.acquireLease(location, 't', { proposed: 1, seen: 0 })).toMatchObject({
    outcome: 'acquired',
  });
  await until(() => connection.isUp);
  const invalidated = await store.invalidate(['s'], 1);
  expect(invalidated === undefined || Number.isSafeInteger(invalidated)).toBe(true);
  const state = new RedisState(connection, 'odd:');
  for (const read of [state.read('k'), state.nowMs()]) {
    const result = await read.catch((error: unknown) => (error as GatewayError).code);
    expect(result === null || result === 'odd' || result === 'UPSTREAM_UNAVAILABLE').toBe(true);
  }
});

describeWithRedis('after a reply that nothing asked for', () => {
  it.each([
    ['nil', '$-1\r\n'],
    ['a nil list', '*-1\r\n'],
    ['a text', '+OK\r\n'],
    ['an error', '-ERR odd\r\n'],
    ['a message of no channel', '*3\r\n$7\r\nmessage\r\n$-1\r\n$1\r\na\r\n'],
    ['a list of nils', '*2\r\n$-1\r\n$-1\r\n'],
  ])('%s, connections are opened again and commands get their own replies', async (_what, text) => {
    const proxy = await startProxy();
    const errors: Error[] = [];
    const connection = await connected(proxy.url, errors);
    const bus = new RedisBus(connection, 'stray:');
    opened.push(() => {
      bus.close();
    });
    const received: string[] = [];
    bus.subscribe('news', (news) => received.push(news));
    await until(() => bus.isConnected);
    expect(proxy.connections()).toBe(2);

    proxy.sayToAll(text);
    await until(() => proxy.connections() === 4);
    await until(() => connection.isUp && bus.isConnected);
    expect(errors.length).toBeGreaterThan(0);
    const replies = await Promise.all([
      connection.run((client) => client.set('a', '1')),
      connection.run((client) => client.get('a')),
      connection.run((client) => client.get('b')),
    ]);
    expect(replies).toEqual(['OK', '1', null]);
  });

  it('of which there are many at once, each connection is ended once, without a warning of Node', async () => {
    const proxy = await startProxy();
    const warnings: Error[] = [];
    const warn = (warning: Error): void => void warnings.push(warning);
    process.on('warning', warn);
    opened.push(() => process.off('warning', warn));
    const connection = await connected(proxy.url);
    proxy.sayToAll('+OK\r\n'.repeat(50));
    await until(() => proxy.connections() === 2);
    await until(() => connection.isUp);
    expect(warnings).toEqual([]);
  });
});

describeWithRedis('a connection that is silent, or stuck in half a reply', () => {
  it('that has lost a reply is opened again: later replies would belong to other commands', async () => {
    const proxy = await startProxy();
    const connection = await connected(proxy.url);
    const state = new RedisState(connection, 'lost:');
    await state.insert('a', 'of a', 60_000);
    proxy.loseOne();
    const lost = state.read('a').catch(() => 'failed');
    const times = await Promise.all(Array.from({ length: 3 }, () => state.nowMs().catch(() => 'failed')));
    expect([await lost, ...times]).not.toContain('of a');
    await until(async () => (await state.read('a').catch(() => undefined)) === 'of a');
    expect(proxy.connections()).toBe(2);
  });

  it.each(['silent', 'stuck'])('%s, is opened again while Redis is well', async (how) => {
    const proxy = await startProxy();
    const connection = await connected(proxy.url);
    if (how === 'silent') proxy.silence();
    else proxy.sayToAll('$536870000\r\n');
    const ping = () => connection.run((client) => client.ping()).catch(() => undefined);
    expect(await ping()).toBeUndefined();
    await until(async () => (await ping()) === 'PONG');
    expect(proxy.connections()).toBe(2);
    await until(() => connection.isUp);
  });
});
