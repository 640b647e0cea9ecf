import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SharedTierStore } from '../../../../src/datasources/state/shared-tier-store.js';

/** The cache entries of one account, opened by two gateways. */
export interface OpenedStore {
  readonly first: SharedTierStore;
  readonly second: SharedTierStore;
  close(): Promise<void>;
}

export const location = { key: 'k', scope: 's' };
/** Result of a look-up without an entry. */
export const notFound = { entry: undefined, invalidatedVersion: -1, isInFlight: false };

/** A cache entry to store. */
export const entryOf = (version: number, text = 'text', ttlMs = 60_000) => ({
  key: 'k',
  version,
  readAtMs: 5,
  text,
  ttlMs,
});

/** The guarantees of every store of the shared tier. */
export function describeSharedTierStore(name: string, open: () => Promise<OpenedStore>): void {
  describe(`shared cache entries ${name}`, () => {
    let opened: OpenedStore;
    let first: SharedTierStore;
    let second: SharedTierStore;
    const found = async (store = second) => (await store.get([location]))?.[0];
    beforeEach(async () => {
      opened = await open();
      ({ first, second } = opened);
    });
    afterEach(() => opened.close());

    it('are found by other instances until they expire', async () => {
      expect(await found()).toEqual(notFound);
      const text = 'नमस्कार 🎉 \u0000\r\n "';
      await first.set([entryOf(7, text), { ...entryOf(7), key: 'short', ttlMs: 50 }]);
      expect(await found()).toEqual({ ...notFound, entry: { version: 7, readAtMs: 5, text } });
      await sleep(100);
      expect(await second.get([{ key: 'short', scope: 's' }, location])).toMatchObject([
        notFound,
        { entry: { text } },
      ]);
    });

    it('are replaced by newer entries only', async () => {
      await first.set([entryOf(7, 'seven')]);
      await second.set([entryOf(6, 'six')]);
      expect((await found())?.entry?.text).toBe('seven');
      await second.set([entryOf(1_780_000_000_000_001, 'newest')]);
      expect((await found(first))?.entry).toMatchObject({ text: 'newest', version: 1_780_000_000_000_001 });
    });

    it('get increasing versions, whatever versions the instances propose', async () => {
      const versions: number[] = [];
      for (const [index, proposed] of [1_780_000_000_000_000, 5, 900, 1_780_000_000_000_007].entries()) {
        const asked = { key: String(index), scope: 's' };
        const lease = await (index % 2 === 0 ? first : second).acquireLease(asked, 't', {
          proposed,
          seen: -1,
        });
        versions.push(lease.version ?? 0, (await first.invalidate(['other'], proposed)) ?? 0);
      }
      expect(versions).toEqual([...new Set(versions)].sort((a, b) => a - b));
    });

    it('are read by the one instance that holds the lease', async () => {
      const versions = { proposed: 10, seen: -1 };
      expect(await first.acquireLease(location, 'mine', versions)).toMatchObject({ outcome: 'acquired' });
      expect(await first.acquireLease(location, 'mine', versions)).toMatchObject({ outcome: 'acquired' }); // its reply was lost
      expect(await second.acquireLease(location, 'yours', versions)).toMatchObject({ outcome: 'held' });
      expect((await found())?.isInFlight).toBe(true);
      await second.releaseLease(location, 'yours'); // not its own lease, so nothing is released
      expect((await found())?.isInFlight).toBe(true);
      await first.releaseLease(location, 'mine');
      expect(await second.acquireLease(location, 'yours', versions)).toMatchObject({ outcome: 'acquired' });
    });

    it('are not read again if there is a newer entry than the last seen', async () => {
      await first.set([entryOf(7)]);
      const versions = { proposed: 10, seen: 6 };
      expect(await second.acquireLease(location, 't', versions)).toMatchObject({ outcome: 'newer' });
      expect(await second.acquireLease(location, 't', { ...versions, seen: 7 })).toMatchObject({
        outcome: 'acquired',
      });
    });

    it('are invalidated if their read began before a write, and can be read again at once', async () => {
      const versions = { proposed: 10, seen: -1 };
      const { version = 0 } = await first.acquireLease(location, 'before', versions);
      const written = (await second.invalidate(['s'], 0)) ?? 0;
      expect(written).toBeGreaterThan(version);
      expect(await second.acquireLease(location, 'after', versions)).toMatchObject({ outcome: 'acquired' });
      await first.set([entryOf(version)]);
      expect(await found()).toMatchObject({ entry: { version }, invalidatedVersion: written });
      expect((await second.get([{ key: 'k', scope: 'another' }]))?.[0]?.invalidatedVersion).toBe(-1);
    });

    it('are not found after they were dropped', async () => {
      await first.set([entryOf(7)]);
      await second.invalidate(['s'], 8, true);
      expect((await found(first))?.entry).toBeUndefined();
      await first.set([entryOf(1_000_000)]);
      expect((await found(first))?.entry).toBeDefined();
    });
  });
}
