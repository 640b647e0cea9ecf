import { describe, expect, it } from '@jest/globals';
import { SharedClock } from '../../../../src/datasources/state/shared-clock.js';

/** A store whose clock is ahead of the own one, and whose answer takes as long to come as the request took to go. */
function startClocks() {
  const clocks = { ownMs: 1_000_000, aheadMs: 60_000, tripMs: 0, isGone: false };
  const shared = new SharedClock(
    {
      nowMs: async () => {
        clocks.ownMs += clocks.tripMs / 2;
        const nowMs = clocks.ownMs + clocks.aheadMs;
        await Promise.resolve();
        clocks.ownMs += clocks.tripMs / 2;
        if (clocks.isGone) throw new Error('The store is gone.');
        return nowMs;
      },
    },
    () => clocks.ownMs,
  );
  return { clocks, shared, aheadMs: () => shared.now() - clocks.ownMs };
}

describe('the shared clock', () => {
  it('is the own clock until the store has answered', async () => {
    const { clocks, shared, aheadMs } = startClocks();
    clocks.isGone = true;
    await shared.synchronize();
    expect(aheadMs()).toBe(0);
  });

  it("tells the store's time, however long the store takes to answer", async () => {
    const { clocks, shared, aheadMs } = startClocks();
    clocks.tripMs = 1800;
    await shared.synchronize();
    expect(aheadMs()).toBe(60_000);
  });

  it.each([
    ['a quick answer replaces a slow one', 1000, 2, 60_010],
    ['a slow answer does not replace a quick one', 2, 1000, 60_000],
  ])('%s', async (_what, firstMs, secondMs, expected) => {
    const { clocks, shared, aheadMs } = startClocks();
    clocks.tripMs = firstMs;
    await shared.synchronize();
    clocks.ownMs += 10_000;
    clocks.aheadMs += 10;
    clocks.tripMs = secondMs;
    await shared.synchronize();
    expect(aheadMs()).toBe(expected);
  });

  it('follows a clock that was set, also where the answer is slow', async () => {
    const { clocks, shared, aheadMs } = startClocks();
    clocks.tripMs = 2;
    await shared.synchronize();
    clocks.aheadMs -= 3_600_000;
    clocks.tripMs = 1000;
    await shared.synchronize();
    expect(aheadMs()).toBe(60_000 - 3_600_000);
  });

  it('keeps what it knows while the store is gone', async () => {
    const { clocks, shared, aheadMs } = startClocks();
    await shared.synchronize();
    clocks.isGone = true;
    clocks.aheadMs = 0;
    await shared.synchronize();
    expect(aheadMs()).toBe(60_000);
  });
});
