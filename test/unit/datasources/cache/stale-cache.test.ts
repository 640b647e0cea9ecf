import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StaleCache, type StaleCacheOptions } from '../../../../src/datasources/cache/stale-cache.js';
import {
  type CachedResource,
  type CacheEntry,
  type ReadOptions,
} from '../../../../src/datasources/cache/cache-entry.js';
import { jsonSerializer } from '../../../../src/datasources/cache/entry-serializer.js';
import { type CallOptions } from '../../../../src/datasources/exotel/resilience/call-policy.js';
import { HybridClock } from '../../../../src/datasources/cache/hybrid-clock.js';
import { ReadReport } from '../../../../src/datasources/cache/read-report.js';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';
import { runsOf } from '../../../support/property-runs.js';

interface Text {
  readonly text: string;
}

/** Reads a key with a fetch function of the test. */
interface TextRead {
  readonly key: string;
  readonly fetch: (call: CallOptions) => Promise<Text>;
}
type Options = StaleCacheOptions<Text> &
  Pick<CachedResource<TextRead, Text>, 'freshMs' | 'maxStaleMs' | 'maximumEntries'>;

let nowMs = 1_000_000;
const reads = (options: Partial<Options> = {}): StaleCache<TextRead, Text> =>
  new StaleCache<TextRead, Text>(
    {
      kind: 'campaign',
      keyOf: ({ key }) => key,
      scopeOf: (key) => key,
      fetch: ({ fetch }, call) => fetch(call),
      serializer: jsonSerializer((value): value is Text => typeof value === 'object' && value !== null),
      maximumEntries: 100,
      freshMs: () => 5000,
      maxStaleMs: () => 60_000,
      ...options,
    },
    {
      now: () => nowMs,
      clock: new HybridClock(() => nowMs),
      isEnabled: true,
      maximumBytes: 100_000,
      softTimeoutMs: 20,
      emit: () => undefined,
      ...options,
    },
  );
const read = (
  cache: StaleCache<TextRead, Text>,
  key: string,
  options: ReadOptions,
  fetch: TextRead['fetch'],
): Promise<CacheEntry<Text>> => cache.read({ key, fetch }, options);
const readOptions = (more: Partial<ReadOptions> = {}): ReadOptions => ({
  report: new ReadReport(),
  noCache: false,
  ...more,
});
const gives = (text: string) => () => Promise.resolve({ text });
const fails = (error: Error) => () => Promise.reject(error);

/** A read that the test completes. */
function held(): { fetch: () => Promise<Text>; land: (text: string) => void } {
  let land: (text: string) => void = () => undefined;
  const landed = new Promise<Text>((resolve) => {
    land = (text) => {
      resolve({ text });
    };
  });
  return { fetch: () => landed, land };
}

describe('a cached entry', () => {
  it('stays within the bounds of entries and bytes, for any reads', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.nat(3000)), { maxLength: 80 }),
        async (asked) => {
          const cache = reads({ maximumEntries: 10, maximumBytes: 20_000 });
          for (const [key, length] of asked) {
            expect(
              (await read(cache, key, readOptions(), gives('x'.repeat(length)))).value.text.length,
            ).toBeDefined();
            expect(cache.size.entries).toBeLessThanOrEqual(10);
            expect(cache.size.bytes).toBeLessThanOrEqual(20_000);
          }
        },
      ),
      { numRuns: runsOf(30) },
    ));

  it('is not stored if the value exceeds the whole cache, but the value is returned', async () => {
    const cache = reads({ maximumBytes: 1000 });
    expect((await read(cache, 'a', readOptions(), gives('x'.repeat(2000)))).value.text).toHaveLength(2000);
    expect(cache.size).toEqual({ entries: 0, bytes: 0 });
  });

  it('is served without a call for its freshness time, to the millisecond', async () => {
    const cache = reads();
    await read(cache, 'a', readOptions(), gives('first'));
    nowMs += 5000;
    expect((await read(cache, 'a', readOptions(), gives('second'))).value.text).toBe('first');
    nowMs += 1;
    expect((await read(cache, 'a', readOptions(), gives('second'))).value.text).toBe('second');
  });

  it('may be fresh for longer than a stale entry may be served', async () => {
    const cache = reads({ freshMs: () => 100_000 });
    await read(cache, 'a', readOptions(), gives('first'));
    nowMs += 90_000;
    expect((await read(cache, 'a', readOptions(), gives('second'))).value.text).toBe('first');
    expect(cache.peek('a')?.value.text).toBe('first');
  });

  it('is never replaced by one with an older version', async () => {
    const cache = reads();
    const older = await read(cache, 'a', readOptions(), gives('older'));
    const newer = await read(cache, 'a', readOptions({ noCache: true }), gives('newer'));
    cache.set('a', older);
    expect(cache.peek('a')).toBe(newer);
  });

  it('is never stored if caching is off', async () => {
    const cache = reads({ isEnabled: false });
    await read(cache, 'a', readOptions(), gives('first'));
    expect(cache.size.entries).toBe(0);
    expect((await read(cache, 'a', readOptions(), gives('second'))).value.text).toBe('second');
  });
});

describe('a read in flight', () => {
  it('is closed to later reads by a write, whatever its key', async () => {
    const cache = reads();
    const { fetch, land } = held();
    const first = read(cache, 'new a', readOptions(), fetch);
    cache.invalidate((key) => key === 'new a');
    const second = read(cache, 'new a', readOptions(), gives('after'));
    land('before');
    expect((await first).value.text).toBe('before');
    expect((await second).value.text).toBe('after');
  });

  it('is shared by concurrent reads: one call, and each read counts as shared', async () => {
    const cache = reads();
    let calls = 0;
    const { fetch, land } = held();
    const requests = Array.from({ length: 100 }, () => readOptions());
    const answers = requests.map((one) => read(cache, 'a', one, () => ((calls += 1), fetch())));
    land('once');
    expect(new Set((await Promise.all(answers)).map(({ value }) => value.text))).toEqual(new Set(['once']));
    expect(calls).toBe(1);
    expect(requests.filter(({ report }) => report.shared === 1)).toHaveLength(99);
  });

  it('that fails rejects all of its reads, is not cached, and is retried by the next read', async () => {
    const cache = reads();
    const failing = [1, 2].map(() =>
      read(cache, 'a', readOptions(), fails(new UpstreamFailure('unavailable'))),
    );
    for (const one of failing) await expect(one).rejects.toThrow(UpstreamFailure);
    expect(cache.size.entries).toBe(0);
    expect((await read(cache, 'a', readOptions(), gives('well'))).value.text).toBe('well');
  });

  it('is neither cached nor joined after a write', async () => {
    const cache = reads();
    const before = held();
    const early = read(cache, 'a', readOptions(), before.fetch);
    cache.invalidate();
    const late = await read(cache, 'a', readOptions(), gives('after the write'));
    before.land('before the write');
    expect((await early).value.text).toBe('before the write');
    expect(late.value.text).toBe('after the write');
    expect(cache.peek('a')?.value.text).toBe('after the write');
  });

  it('does not replace the value of a later write', async () => {
    const cache = reads();
    const before = held();
    const early = read(cache, 'a', readOptions(), before.fetch);
    cache.invalidate((key) => key === 'a');
    cache.set('a', { value: { text: 'written' }, readAtMs: nowMs, version: (nowMs + 1) * 1000 });
    before.land('before the write');
    await early;
    expect(cache.peek('a')?.value.text).toBe('written');
  });
});

it('a read that was requested first and sent last, after a wait for its turn, is the newer one', async () => {
  const texts: string[] = [];
  const cache = reads({
    emit: (event) => {
      if (event.type === 'updated') texts.push(event.entry.value.text);
    },
  });
  const [turn, first, last] = [held(), held(), held()];
  const sentLast = read(cache, 'a', readOptions(), async ({ beforeSent }) => {
    await turn.fetch();
    beforeSent?.();
    return last.fetch();
  });
  const sentFirst = read(cache, 'a', readOptions({ noCache: true }), ({ beforeSent }) => {
    beforeSent?.();
    return first.fetch();
  });
  turn.land('its turn');
  last.land('later state');
  await sentLast;
  first.land('earlier state');
  await sentFirst;
  expect(texts).toEqual(['later state']);
});

describe('the events of a cache', () => {
  it('are one per completed read and one per newer entry', async () => {
    const events: unknown[] = [];
    const cache = reads({ emit: (event) => events.push(event) });
    const first = await read(cache, 'a', readOptions(), gives('first'));
    await read(cache, 'a', readOptions(), gives('unused'));
    cache.set('a', { ...first, value: { text: 'older' }, version: first.version - 1 });
    const later = { ...first, value: { text: 'later' }, version: first.version + 1 };
    cache.set('a', later);
    const failing = fails(new UpstreamFailure('unavailable'));
    await expect(read(cache, 'b', readOptions(), failing)).rejects.toThrow(UpstreamFailure);
    expect(events).toEqual([
      { type: 'updated', resource: 'campaign', entry: first, isFetched: true },
      { type: 'read', resource: 'campaign', outcome: 'miss' },
      { type: 'read', resource: 'campaign', outcome: 'hit' },
      { type: 'updated', resource: 'campaign', entry: later, isFetched: false },
    ]);
  });

  it('leave out a read that a write has overtaken', async () => {
    const events: unknown[] = [];
    const cache = reads({ emit: (event) => events.push(event) });
    const before = held();
    const early = read(cache, 'a', readOptions(), before.fetch);
    cache.invalidate();
    before.land('before the write');
    await early;
    expect(events).toEqual([{ type: 'read', resource: 'campaign', outcome: 'miss' }]);
  });

  it('are the same if caching is off', async () => {
    const events: unknown[] = [];
    const cache = reads({ emit: (event) => events.push(event), isEnabled: false });
    const entry = await read(cache, 'a', readOptions(), gives('first'));
    expect(events).toEqual([
      { type: 'read', resource: 'campaign', outcome: 'miss' },
      { type: 'updated', resource: 'campaign', entry, isFetched: true },
    ]);
  });
});

describe('a stale entry', () => {
  async function old(): Promise<StaleCache<TextRead, Text>> {
    const cache = reads();
    await read(cache, 'a', readOptions(), gives('old'));
    nowMs += 6000;
    return cache;
  }

  it('is served if the refresh fails, until its maximum age', async () => {
    const cache = await old();
    const failing = fails(new UpstreamFailure('unreachable'));
    expect((await read(cache, 'a', readOptions(), failing)).value.text).toBe('old');
    nowMs += 54_000;
    expect((await read(cache, 'a', readOptions(), failing)).value.text).toBe('old');
    nowMs += 1;
    await expect(read(cache, 'a', readOptions(), failing)).rejects.toThrow(UpstreamFailure);
  });

  it('is served if the refresh is slow, and the refreshed entry is served next', async () => {
    const cache = await old();
    const { fetch, land } = held();
    expect((await read(cache, 'a', readOptions(), fetch)).value.text).toBe('old');
    land('new');
    await fetch();
    expect((await read(cache, 'a', readOptions(), fails(new Error('not asked')))).value.text).toBe('new');
  });

  it('is served at once if the refresh has to queue', async () => {
    const cache = reads({ softTimeoutMs: 60_000 });
    await read(cache, 'a', readOptions(), gives('old'));
    nowMs += 6000;
    const { fetch } = held();
    const queued = read(
      cache,
      'a',
      readOptions(),
      ({ onQueued }) => (onQueued?.(() => Promise.resolve()), fetch()),
    );
    expect((await queued).value.text).toBe('old');
  });

  it('is not served if the upstream no longer has the value', async () => {
    const cache = await old();
    await expect(read(cache, 'a', readOptions(), fails(new UpstreamFailure('notFound')))).rejects.toThrow(
      UpstreamFailure,
    );
  });
});
