import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { StaleCache, type StaleCacheOptions } from '../../../../src/datasources/cache/stale-cache.js';
import { type ReadOptions } from '../../../../src/datasources/cache/cache-entry.js';
import { HybridClock } from '../../../../src/datasources/cache/hybrid-clock.js';
import { ReadReport } from '../../../../src/datasources/cache/read-report.js';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';

interface Text {
  readonly text: string;
}

let nowMs = 1_000_000;
const reads = (options: Partial<StaleCacheOptions<Text>> = {}): StaleCache<Text> =>
  new StaleCache<Text>({
    now: () => nowMs,
    clock: new HybridClock(() => nowMs),
    isEnabled: true,
    maximumEntries: 100,
    maximumBytes: 100_000,
    freshMs: () => 5000,
    maxStaleMs: () => 60_000,
    softTimeoutMs: 20,
    ...options,
  });
const wish = (more: Partial<ReadOptions> = {}): ReadOptions => ({
  report: new ReadReport(),
  noCache: false,
  ...more,
});
const gives = (text: string) => () => Promise.resolve({ text });
const fails = (error: Error) => () => Promise.reject(error);

/** A read that lands when the test says so. */
function held(): { fetch: () => Promise<Text>; land: (text: string) => void } {
  let land: (text: string) => void = () => undefined;
  const landed = new Promise<Text>((resolve) => {
    land = (text) => {
      resolve({ text });
    };
  });
  return { fetch: () => landed, land };
}

describe('what is kept', () => {
  it('stays under the maximum of entries and of bytes, whatever is read', () =>
    fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.string({ maxLength: 8 }), fc.nat(3000)), { maxLength: 80 }),
        async (asked) => {
          const kept = reads({ maximumEntries: 10, maximumBytes: 20_000 });
          for (const [key, length] of asked) {
            expect((await kept.read(key, wish(), gives('x'.repeat(length)))).value.text.length).toBeDefined();
            expect(kept.size.entries).toBeLessThanOrEqual(10);
            expect(kept.size.bytes).toBeLessThanOrEqual(20_000);
          }
        },
      ),
      { numRuns: 30 },
    ));

  it('is nothing for what is larger than all may be, which is answered all the same', async () => {
    const kept = reads({ maximumBytes: 1000 });
    expect((await kept.read('a', wish(), gives('x'.repeat(2000)))).value.text).toHaveLength(2000);
    expect(kept.size).toEqual({ entries: 0, bytes: 0 });
  });

  it('is given without a call for its freshness time, to the millisecond, and no longer', async () => {
    const kept = reads();
    await kept.read('a', wish(), gives('first'));
    nowMs += 5000;
    expect((await kept.read('a', wish(), gives('second'))).value.text).toBe('first');
    nowMs += 1;
    expect((await kept.read('a', wish(), gives('second'))).value.text).toBe('second');
  });

  it('stays fresh for longer than an old answer may stand in', async () => {
    const kept = reads({ freshMs: () => 100_000 });
    await kept.read('a', wish(), gives('first'));
    nowMs += 90_000;
    expect((await kept.read('a', wish(), gives('second'))).value.text).toBe('first');
    expect(kept.peek('a')?.value.text).toBe('first');
  });

  it('is never replaced by an older reading', async () => {
    const kept = reads();
    const older = await kept.read('a', wish(), gives('older'));
    const newer = await kept.read('a', wish({ noCache: true }), gives('newer'));
    kept.set('a', older);
    expect(kept.peek('a')).toBe(newer);
  });

  it('is nothing where keeping is off', async () => {
    const kept = reads({ isEnabled: false });
    await kept.read('a', wish(), gives('first'));
    expect(kept.size.entries).toBe(0);
    expect((await kept.read('a', wish(), gives('second'))).value.text).toBe('second');
  });
});

describe('a read under way', () => {
  it('is joined by all who ask meanwhile: one call, and each is told that it shared', async () => {
    const kept = reads();
    let calls = 0;
    const { fetch, land } = held();
    const wishes = Array.from({ length: 100 }, () => wish());
    const answers = wishes.map((one) => kept.read('a', one, () => ((calls += 1), fetch())));
    land('once');
    expect(new Set((await Promise.all(answers)).map(({ value }) => value.text))).toEqual(new Set(['once']));
    expect(calls).toBe(1);
    expect(wishes.filter(({ report }) => report.shared === 1)).toHaveLength(99);
  });

  it('that fails fails for all, is not kept, and the next asks again', async () => {
    const kept = reads();
    const failing = [1, 2].map(() => kept.read('a', wish(), fails(new UpstreamFailure('unavailable'))));
    for (const one of failing) await expect(one).rejects.toThrow(UpstreamFailure);
    expect(kept.size.entries).toBe(0);
    expect((await kept.read('a', wish(), gives('well'))).value.text).toBe('well');
  });

  it('is neither kept nor joined once a write has made it forgotten', async () => {
    const kept = reads();
    const before = held();
    const early = kept.read('a', wish(), before.fetch);
    kept.invalidate();
    const late = await kept.read('a', wish(), gives('after the write'));
    before.land('before the write');
    expect((await early).value.text).toBe('before the write');
    expect(late.value.text).toBe('after the write');
    expect(kept.peek('a')?.value.text).toBe('after the write');
  });

  it('does not undo what a write answered', async () => {
    const kept = reads();
    const before = held();
    const early = kept.read('a', wish(), before.fetch);
    kept.invalidate((key) => key === 'a');
    kept.replace('a', { text: 'written' });
    before.land('before the write');
    await early;
    expect(kept.peek('a')?.value.text).toBe('written');
  });
});

describe('an old answer', () => {
  async function old(): Promise<StaleCache<Text>> {
    const kept = reads();
    await kept.read('a', wish(), gives('old'));
    nowMs += 6000;
    return kept;
  }

  it('stands in for a refresh that fails, until it is too old', async () => {
    const kept = await old();
    const failing = fails(new UpstreamFailure('unreachable'));
    expect((await kept.read('a', wish(), failing)).value.text).toBe('old');
    nowMs += 54_000;
    expect((await kept.read('a', wish(), failing)).value.text).toBe('old');
    nowMs += 1;
    await expect(kept.read('a', wish(), failing)).rejects.toThrow(UpstreamFailure);
  });

  it('stands in for a refresh that takes long, whose answer is the next', async () => {
    const kept = await old();
    const { fetch, land } = held();
    expect((await kept.read('a', wish(), fetch)).value.text).toBe('old');
    land('new');
    await fetch();
    expect((await kept.read('a', wish(), fails(new Error('not asked')))).value.text).toBe('new');
  });

  it('stands in at once for a refresh that has to wait for its place', async () => {
    const kept = reads({ softTimeoutMs: 60_000 });
    await kept.read('a', wish(), gives('old'));
    nowMs += 6000;
    const { fetch } = held();
    const queued = kept.read('a', wish(), ({ onQueued }) => (onQueued?.(), fetch()));
    expect((await queued).value.text).toBe('old');
  });

  it('does not stand in for what the upstream no longer has', async () => {
    const kept = await old();
    await expect(kept.read('a', wish(), fails(new UpstreamFailure('notFound')))).rejects.toThrow(
      UpstreamFailure,
    );
  });
});
