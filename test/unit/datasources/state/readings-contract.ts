import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SharedReadings } from '../../../../src/datasources/state/shared-readings.js';

/** The readings of an account, as two gateways have them open. */
export interface OpenedReadings {
  readonly first: SharedReadings;
  readonly second: SharedReadings;
  close(): Promise<void>;
}

export const place = { key: 'k', scope: 's' };
/** What is found where nothing is. */
export const nobody = { reading: undefined, outdatedOrder: -1, isBeingRead: false };

/** A reading to be kept. */
export const reading = (order: number, text = 'text', ttlMs = 60_000) => ({
  key: 'k',
  order,
  readAtMs: 5,
  text,
  ttlMs,
});

/** What every store of shared readings guarantees. */
export function describeSharedReadings(name: string, open: () => Promise<OpenedReadings>): void {
  describe(`readings ${name}`, () => {
    let opened: OpenedReadings;
    let first: SharedReadings;
    let second: SharedReadings;
    const found = async (store = second) => (await store.find([place]))[0];
    beforeEach(async () => {
      opened = await open();
      ({ first, second } = opened);
    });
    afterEach(() => opened.close());

    it('are found by the others as they were kept, for their time', async () => {
      expect(await found()).toEqual(nobody);
      const text = 'नमस्कार 🎉 \u0000\r\n "';
      await first.keep([reading(7, text), { ...reading(7), key: 'short', ttlMs: 50 }]);
      expect(await found()).toEqual({ ...nobody, reading: { order: 7, readAtMs: 5, text } });
      await sleep(100);
      expect(await second.find([{ key: 'short', scope: 's' }, place])).toMatchObject([
        nobody,
        { reading: { text } },
      ]);
    });

    it('are replaced by newer ones only', async () => {
      await first.keep([reading(7, 'seven')]);
      await second.keep([reading(6, 'six')]);
      expect((await found())?.reading?.text).toBe('seven');
      await second.keep([reading(1_780_000_000_000_001, 'newest')]);
      expect((await found(first))?.reading).toMatchObject({ text: 'newest', order: 1_780_000_000_000_001 });
    });

    it('are numbered in one row, whatever the gateways propose', async () => {
      const orders: number[] = [];
      for (const [index, proposed] of [1_780_000_000_000_000, 5, 900, 1_780_000_000_000_007].entries()) {
        const asked = { key: String(index), scope: 's' };
        const claimed = await (index % 2 === 0 ? first : second).claim(asked, 't', { proposed, seen: -1 });
        orders.push(claimed.order ?? 0, (await first.outdate(['other'], proposed)) ?? 0);
      }
      expect(orders).toEqual([...new Set(orders)].sort((a, b) => a - b));
    });

    it('are made by one gateway at a time, until it has them or lets go', async () => {
      const orders = { proposed: 10, seen: -1 };
      expect(await first.claim(place, 'mine', orders)).toMatchObject({ outcome: 'ours' });
      expect(await second.claim(place, 'yours', orders)).toMatchObject({ outcome: 'taken' });
      expect((await found())?.isBeingRead).toBe(true);
      await second.release(place, 'yours'); // is not its to end
      expect((await found())?.isBeingRead).toBe(true);
      await first.release(place, 'mine');
      expect(await second.claim(place, 'yours', orders)).toMatchObject({ outcome: 'ours' });
    });

    it('are not made again where there is a newer one than was seen', async () => {
      await first.keep([reading(7)]);
      const orders = { proposed: 10, seen: 6 };
      expect(await second.claim(place, 't', orders)).toMatchObject({ outcome: 'newer' });
      expect(await second.claim(place, 't', { ...orders, seen: 7 })).toMatchObject({ outcome: 'ours' });
    });

    it('are outdated where they were begun before a write, and may be made again at once', async () => {
      const orders = { proposed: 10, seen: -1 };
      const { order = 0 } = await first.claim(place, 'before', orders);
      const written = (await second.outdate(['s'], 0)) ?? 0;
      expect(written).toBeGreaterThan(order);
      expect(await second.claim(place, 'after', orders)).toMatchObject({ outcome: 'ours' });
      await first.keep([reading(order)]);
      expect(await found()).toMatchObject({ reading: { order }, outdatedOrder: written });
      expect((await second.find([{ key: 'k', scope: 'another' }]))[0]?.outdatedOrder).toBe(-1);
    });

    it('are not found any more where they are forgotten', async () => {
      await first.keep([reading(7)]);
      await second.outdate(['s'], 8, true);
      expect((await found(first))?.reading).toBeUndefined();
      await first.keep([reading(1_000_000)]);
      expect((await found(first))?.reading).toBeDefined();
    });
  });
}
