import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { RedisConnection } from '../../../../../src/datasources/state/redis/connection.js';
import { RedisState } from '../../../../../src/datasources/state/redis/state.js';
import { GatewayError } from '../../../../../src/domain/errors.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../../../../support/programs/redis.js';
import { describeSharedState } from '../contract.js';

const longMs = 600_000;
/** Tolerance: timers of Node may fire a moment early by the clock of Redis. */
const beyondMs = 50;

/** Every operation, each of which Redis would normally answer. */
const operations: readonly [string, (state: RedisState) => Promise<unknown>][] = [
  ['read', (state) => state.read('key')],
  ['insert', (state) => state.insert('key', 'text', longMs)],
  ['swap', (state) => state.swap('key', 'text', 'other', longMs)],
  ['remove', (state) => state.remove('key', 'other')],
];
const unavailable = { constructor: GatewayError, code: 'UPSTREAM_UNAVAILABLE' };

describeWithRedis('the shared state in Redis', () => {
  let redis: RunningRedis;
  const connections: RedisConnection[] = [];
  beforeAll(async () => {
    redis = await startRedis();
  });
  afterAll(() => redis.stop());
  afterEach(() => {
    for (const connection of connections.splice(0)) connection.close();
  });

  const open = (
    prefix: string,
    { url = redis.url, redisFailed = (): void => undefined }: { url?: string; redisFailed?: () => void } = {},
  ) => {
    const connection = new RedisConnection(url, { redisFailed, redisAnswered: () => undefined });
    connections.push(connection);
    return new RedisState(connection, prefix);
  };

  describeSharedState('Redis', () => {
    const prefix = `${randomUUID()}:`; // tests do not see each other's keys
    const [first, second] = [open(prefix), open(prefix)];
    const pass = async (ms: number): Promise<void> => sleep(ms + beyondMs);
    return Promise.resolve({ first, second, pass, close: () => Promise.resolve() });
  });

  it('keeps prefixes apart', async () => {
    const [one, other] = [open('one:'), open('other:')];
    expect(await one.insert('key', 'text', longMs)).toBe(true);
    expect(await other.read('key')).toBeNull();
    expect(await other.insert('key', 'text', longMs)).toBe(true);
    expect(await other.remove('key', 'text')).toBe(true);
    expect(await one.read('key')).toBe('text');
  });

  describe('during an outage', () => {
    it('makes every operation fail within seconds, and reports the error', async () => {
      const lost = await startRedis();
      let troubles = 0;
      const state = open('', { url: lost.url, redisFailed: () => void (troubles += 1) });
      await state.read('key');
      await lost.stop();
      for (const [, operation] of operations) {
        const startedAtMs = performance.now();
        await expect(operation(state)).rejects.toMatchObject(unavailable);
        expect(performance.now() - startedAtMs).toBeLessThan(5000);
      }
      expect(troubles).toBeGreaterThan(0);
    });

    it('makes concurrent operations fail', async () => {
      const lost = await startRedis();
      const state = open('', { url: lost.url });
      await state.read('key');
      await lost.stop();
      const ends = await Promise.allSettled(operations.map(([, operation]) => operation(state)));
      for (const end of ends) expect(end).toMatchObject({ status: 'rejected', reason: unavailable });
    });

    it('is used again afterwards', async () => {
      const lost = await startRedis();
      const state = open('', { url: lost.url });
      await state.insert('key', 'text', longMs);
      await lost.stop();
      await expect(state.read('key')).rejects.toMatchObject(unavailable);
      const back = await startRedis(lost.port);
      await untilAnswered(state);
      expect(await state.read('key')).toBeNull();
      for (const [, operation] of operations.slice(1)) expect(await operation(state)).toBe(true);
      await back.stop();
    });
  });
});

/** Reconnects happen at growing intervals; the timeout of the test is the limit. */
async function untilAnswered(state: RedisState): Promise<void> {
  for (;;) {
    const isAnswered = await state.read('key').then(
      () => true,
      () => false,
    );
    if (isAnswered) return;
  }
}
