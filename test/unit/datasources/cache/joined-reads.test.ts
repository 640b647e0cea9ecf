import { afterEach, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { StaleCache } from '../../../../src/datasources/cache/stale-cache.js';
import { type CacheEntry, type ReadOptions } from '../../../../src/datasources/cache/cache-entry.js';
import { jsonSerializer } from '../../../../src/datasources/cache/entry-serializer.js';
import { type SharedTierOptions } from '../../../../src/datasources/cache/shared-tier.js';
import { type SharedTierStore } from '../../../../src/datasources/state/shared-tier-store.js';
import { HybridClock } from '../../../../src/datasources/cache/hybrid-clock.js';
import { ReadReport } from '../../../../src/datasources/cache/read-report.js';
import { type RateLimiter } from '../../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { CallPolicy } from '../../../../src/datasources/exotel/resilience/call-policy.js';
import { RateLimited } from '../../../../src/datasources/exotel/resilience/call-refusals.js';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';
import {
  minuteMs,
  newRateLimiter,
  pass,
  startMs,
  use,
} from '../exotel/rate-limit/rate-limiter-under-test.js';

interface Value {
  readonly call: number;
}

const limit = 30;
let limiter: RateLimiter;
let newCache: (shared?: SharedTierOptions) => StaleCache<string, Value>;
let cache: StaleCache<string, Value>;
/** Calls that were sent. */
let calls: number;
/** The upstream's answer to a call. */
let answer: (call: number) => Promise<Value>;

beforeEach(() => {
  jest.useFakeTimers({ now: startMs });
  limiter = newRateLimiter(limit);
  const policy = new CallPolicy({ rateLimiter: limiter, timeoutMs: 10_000, now: Date.now, random: () => 0 });
  calls = 0;
  answer = (call) => Promise.resolve({ call });
  const send = (): Promise<Value> => answer((calls += 1));
  newCache = (shared) =>
    new StaleCache<string, Value>(
      {
        kind: 'campaign',
        keyOf: (key) => key,
        scopeOf: (key) => key,
        fetch: (_key, call) => policy.retried(call, send),
        serializer: jsonSerializer((value): value is Value => typeof value === 'object' && value !== null),
        maximumEntries: 100,
        freshMs: () => 0,
        maxStaleMs: () => minuteMs / 2,
      },
      {
        now: Date.now,
        clock: new HybridClock(Date.now),
        isEnabled: true,
        maximumBytes: 100_000,
        softTimeoutMs: 500,
        emit: () => undefined,
        shared,
      },
    );
  cache = newCache();
});
afterEach(() => {
  limiter.close();
  jest.useRealTimers();
});

/** End of a read: which call has answered it, or its error; and how long it took. */
interface End {
  readonly end: number | RateLimited;
  readonly afterMs: number;
}

const ends = async (entry: Promise<CacheEntry<Value>>): Promise<End> => {
  const fromMs = Date.now();
  const end = await entry.then(
    ({ value }) => value.call,
    (error: unknown) => {
      if (error instanceof RateLimited) return error;
      throw error;
    },
  );
  return { end, afterMs: Date.now() - fromMs };
};
const read = (options: Partial<ReadOptions> = {}): Promise<End> =>
  ends(cache.read('a', { report: new ReadReport(), noCache: false, ...options }));
const poll = (): Promise<End> => read({ noCache: true, priority: 'background' });
const noCache = (): Promise<End> => read({ noCache: true });
const refused = { end: expect.any(RateLimited) as unknown, afterMs: 0 };

/** End of a read that needs no more time to pass. */
const atOnce = (end: Promise<End>): Promise<End | 'waits'> =>
  Promise.race([end, pass(20).then(() => 'waits' as const)]);

/** Uses up all calls, two seconds ago. */
async function useAll(): Promise<void> {
  await use(limiter, limiter.left ?? 0);
  await pass(2000);
}

describe('a read that joins a background read in the queue of the rate limiter', () => {
  it('is refused at once if a read of its own would be, and the background read continues', async () => {
    await useAll();
    const polled = poll();
    await pass(1000);
    const joined = noCache();
    expect(await atOnce(joined)).toEqual(refused);
    await pass(minuteMs);
    expect(await polled).toMatchObject({ end: 1 });
    expect(calls).toBe(1);
  });

  it('gets the stale entry at once instead, if there is one', async () => {
    await noCache();
    cache.invalidate();
    await useAll();
    const polled = poll();
    await pass(1000);
    const joined = noCache();
    const afterWrite = read();
    expect([await atOnce(joined), await atOnce(afterWrite)]).toEqual([
      { end: 1, afterMs: 0 },
      { end: 1, afterMs: 0 },
    ]);
    await pass(minuteMs + 1000);
    expect(await polled).toMatchObject({ end: 2 });
    expect(calls).toBe(2);
  });

  it('sends it at once if only the share of background calls is used up: one call for both', async () => {
    await use(limiter, limit / 3, 'background');
    const polled = poll();
    await pass(1000);
    const [one, other] = [noCache(), noCache()];
    expect([await atOnce(one), await atOnce(other)]).toEqual([
      { end: 1, afterMs: 0 },
      { end: 1, afterMs: 0 },
    ]);
    expect(await polled).toEqual({ end: 1, afterMs: 1000 });
    await pass(2 * minuteMs);
    expect(calls).toBe(1);
    expect(limiter.figures).toMatchObject({ left: limit, inFlight: 0, queued: 0 });
  });

  it('waits for a place up to five seconds, like a read of its own, before calls of the background', async () => {
    await useAll();
    const other = limiter.acquire({ priority: 'background', staleMs: 15_000, waitMs: 2 * minuteMs });
    const polled = poll();
    await pass(minuteMs - 6000);
    const joined = noCache();
    await pass(4100);
    expect(await atOnce(joined)).toMatchObject({ end: 1 });
    expect(await polled).toMatchObject({ end: 1 });
    (await other).answered();
  });

  it('is refused after five seconds if other calls take its place', async () => {
    await useAll();
    const polled = poll();
    await pass(minuteMs - 6000);
    const joined = noCache();
    await pass(0);
    const writes = Array.from({ length: limit }, async () => {
      (await limiter.acquire({ priority: 'write', staleMs: 0, waitMs: 5000 })).answered();
    });
    await pass(5000);
    expect(await atOnce(joined)).toMatchObject({ end: expect.any(RateLimited), afterMs: 5000 });
    await Promise.all(writes);
    await pass(2 * minuteMs);
    expect((await polled).afterMs).toBeGreaterThan(minuteMs - 6000);
  });

  it('is sent with the calls that are left for writes, if a write depends on it', async () => {
    await use(limiter, limit * 0.9, 'read');
    const polled = poll();
    await pass(1000);
    const [joined, forWrite] = [noCache(), read({ noCache: true, mustRevalidate: true, priority: 'write' })];
    expect(await atOnce(joined)).toEqual(refused);
    expect(await atOnce(forWrite)).toEqual({ end: 1, afterMs: 0 });
    expect(await polled).toEqual({ end: 1, afterMs: 1000 });
    expect(calls).toBe(1);
  });
});

describe('a read that joins a background read which is queued later', () => {
  it.each(['unavailable', 'rateLimited'] as const)(
    'is refused when a retry after %s would keep it waiting',
    async (reason) => {
      await use(limiter, limit / 3 - 1, 'background');
      await use(limiter, 17, 'read');
      await pass(10_000);
      const facts = reason === 'rateLimited' ? { retryAfterSeconds: 50 } : {};
      answer = (call) =>
        call > 1 ? Promise.resolve({ call }) : Promise.reject(new UpstreamFailure(reason, facts));
      const polled = poll();
      const joined = noCache();
      await pass(0);
      const later = noCache();
      expect(await atOnce(joined)).toMatchObject({ end: expect.any(RateLimited) });
      expect(await atOnce(later)).toMatchObject({ end: expect.any(RateLimited) });
      await pass(minuteMs + 1000);
      expect(await polled).toMatchObject({ end: 2 });
    },
  );
});

it('a read that joins a refresh gets its own place, once the entry is too old to be served', async () => {
  await read();
  await pass(1);
  await use(limiter, limit / 2, 'read');
  await use(limiter, limit / 2 - 1);
  expect(await read()).toEqual({ end: 1, afterMs: 0 });
  await pass(minuteMs / 2);
  const joined = read();
  expect(await atOnce(joined)).toEqual(refused);
});

it('a background read in the queue does not delay the read of another instance, which can not raise it', async () => {
  let holder: string | undefined;
  const store: SharedTierStore = {
    get: (locations) =>
      Promise.resolve(
        locations.map(() => ({
          entry: undefined,
          invalidatedVersion: -1,
          isInFlight: holder !== undefined,
        })),
      ),
    set: () => Promise.resolve(),
    acquireLease: (_location, token) => {
      holder ??= token;
      return Promise.resolve({ version: 1, outcome: holder === token ? 'acquired' : 'held' });
    },
    renewLease: () => Promise.resolve(),
    releaseLease: (_location, token) => {
      if (holder === token) holder = undefined;
      return Promise.resolve();
    },
    invalidate: () => Promise.resolve(undefined),
  };
  const shared = { store, waitMs: 5000, aheadMs: () => 0 };
  const elsewhere = newCache(shared);
  cache = newCache(shared);
  await useAll();
  const polled = ends(
    elsewhere.read('a', { report: new ReadReport(), noCache: true, priority: 'background' }),
  );
  await pass(1000);
  expect(await atOnce(read())).toEqual(refused);
  await pass(minuteMs);
  expect(await polled).toMatchObject({ end: 1 });
});
