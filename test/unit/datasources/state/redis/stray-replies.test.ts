import { afterEach, expect, it } from '@jest/globals';
import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { RedisBus } from '../../../../../src/datasources/state/redis/bus.js';
import { RedisConnection } from '../../../../../src/datasources/state/redis/connection.js';
import { until } from '../../../../support/clients/subscribing.js';
import { describeWithRedis, startRedis } from '../../../../support/programs/redis.js';

const opened: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of opened.splice(0).reverse()) await close();
});

/** A proxy in front of a Redis, which can send what Redis never said. */
async function startProxy() {
  const redis = await startRedis();
  opened.push(() => redis.stop());
  const clients = new Set<Socket>();
  let connections = 0;
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
    client.pipe(behind).pipe(client);
  });
  await once(proxy.listen(0, '127.0.0.1'), 'listening');
  opened.push(() => {
    for (const client of clients) client.destroy();
    proxy.close();
  });
  return {
    url: `redis://127.0.0.1:${(proxy.address() as AddressInfo).port}`,
    connections: () => connections,
    sayToAll: (text: string) => {
      for (const client of clients) client.write(text);
    },
  };
}

describeWithRedis('after a reply that nothing asked for', () => {
  it.each([
    ['nil', '$-1\r\n'],
    ['a nil list', '*-1\r\n'],
    ['a text', '+OK\r\n'],
    ['an error', '-ERR odd\r\n'],
    ['a message of no channel', '*3\r\n$7\r\nmessage\r\n$-1\r\n$1\r\na\r\n'],
    ['a list of nils', '*2\r\n$-1\r\n$-1\r\n'],
  ])('%s, connections are opened anew and commands get their own replies', async (_what, text) => {
    const proxy = await startProxy();
    const errors: Error[] = [];
    const connection = new RedisConnection(proxy.url, {
      redisFailed: (error) => void errors.push(error),
      redisAnswered: () => undefined,
    });
    opened.push(() => {
      connection.close();
    });
    const bus = new RedisBus(connection, 'stray:');
    opened.push(() => {
      bus.close();
    });
    const received: string[] = [];
    bus.subscribe('news', (news) => received.push(news));
    await connection.ready(5000);
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
});
