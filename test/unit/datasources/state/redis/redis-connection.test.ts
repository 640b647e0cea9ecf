import { afterEach, expect, it } from '@jest/globals';
import { RedisConnection } from '../../../../../src/datasources/state/redis/connection.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { until } from '../../../../support/gateway/two-gateways.js';

const opened: { close(): unknown }[] = [];
afterEach(async () => {
  for (const one of opened.splice(0).reverse()) await one.close();
});

async function open(): Promise<{
  redis: RunningRedis;
  connection: RedisConnection;
  errors: Error[];
  answered: () => number;
}> {
  let answers = 0;
  const redis = await startRedis();
  const errors: Error[] = [];
  const connection = new RedisConnection(redis.url, {
    redisFailed: (error) => void errors.push(error),
    redisAnswered: () => void (answers += 1),
  });
  opened.push({ close: () => redis.stop() }, connection);
  await connection.ready(5000);
  return { redis, connection, errors, answered: () => answers };
}

describeWithRedis('an optional command', () => {
  it('returns the reply of Redis', async () => {
    const { connection, errors } = await open();
    expect(await connection.tryRun((client) => client.set('key', 'text'))).toBe('OK');
    expect(await connection.tryRun((client) => client.get('none'))).toBeNull();
    expect(errors).toEqual([]);
  });

  it('waits for a slow Redis once only, and is sent again when Redis responds', async () => {
    const { redis, connection, answered } = await open();
    let ups = 0;
    connection.onUp(() => (ups += 1));
    expect(ups).toBe(1);
    let sent = 0;
    const ping = () =>
      connection.tryRun((client) => {
        sent += 1;
        return client.ping();
      });
    redis.pause();
    expect(await ping()).toBeUndefined();
    expect(await Promise.all([ping(), ping(), ping()])).toEqual([undefined, undefined, undefined]);
    expect([sent, connection.isUp]).toEqual([1, false]);
    redis.resume();
    await until(() => Promise.resolve(connection.isUp));
    expect([await ping(), sent, ups, answered()]).toEqual(['PONG', 2, 2, 2]);
  });

  it('is not sent during an outage, and failures are reported until the connection closes', async () => {
    const { redis, connection, errors } = await open();
    await redis.stop();
    await until(() => Promise.resolve(errors.length > 0));
    let sent = 0;
    const answer = await connection.tryRun((client) => {
      sent += 1;
      return client.ping();
    });
    expect([answer, sent]).toEqual([undefined, 0]);
    connection.close();
    const reported = errors.length;
    connection.report(new Error('late'));
    expect(errors).toHaveLength(reported);
  });
});

describeWithRedis('a required command', () => {
  it('fails with UPSTREAM_UNAVAILABLE where an optional command returns undefined', async () => {
    const { connection, errors } = await open();
    const wrong = { code: 'UPSTREAM_UNAVAILABLE' };
    await connection.run((client) => client.set('key', 'text'));
    await expect(connection.run((client) => client.incr('key'))).rejects.toMatchObject(wrong);
    expect(errors).toHaveLength(1);
    expect(await connection.tryRun((client) => client.incr('key'))).toBeUndefined();
    expect(errors).toHaveLength(2);
  });
});

describeWithRedis('a database that Redis does not have', () => {
  it('is an outage: no command is sent to database 0 in its place', async () => {
    const redis = await startRedis();
    const errors: Error[] = [];
    const redisFailed = (error: Error) => void errors.push(error);
    const connection = new RedisConnection(`${redis.url}/99`, {
      redisFailed,
      redisAnswered: () => undefined,
    });
    opened.push({ close: () => redis.stop() }, connection);
    const required = connection.run((client) => client.set('key', 'text'));
    await expect(required).rejects.toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
    await until(() => errors.some(({ message }) => message.includes('DB index')));
    expect(connection.isUp).toBe(false);
    const other = new RedisConnection(redis.url, { redisFailed, redisAnswered: () => undefined });
    opened.push(other);
    expect(await other.run((client) => client.dbsize())).toBe(0);
  });
});
