import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type WindowStore,
  type OthersView,
} from '../../../../../src/datasources/exotel/rate-limit/upstream-quota.js';
import { claim } from './ledger-under-test.js';

/** One account, as its gateways have its ledger open. */
export interface OpenedAccount {
  /** A gateway more; calls are counted in minutes of full length. */
  open(): Promise<{ readonly ledger: WindowStore; readonly views: readonly OthersView[] }>;
  close(): Promise<void>;
}

const told = (remaining: number, resetAtMs = Date.now() + 5000) => ({ limit: 30, remaining, resetAtMs });

/** What every ledger guarantees, whoever keeps the book. */
export function describeCallLedger(name: string, openAccount: () => OpenedAccount): void {
  describe(`the ledger of all gateways ${name}`, () => {
    let account: OpenedAccount;
    beforeEach(() => {
      account = openAccount();
    });
    afterEach(() => account.close());

    it('grants as many places as the share has, whoever asks, and says when there will be more', async () => {
      const { ledger: a } = await account.open();
      const { ledger: b } = await account.open();
      const grants = await Promise.all(
        ['1', '2', '3', '4', '5'].flatMap((id) => [a.take(claim(id)), b.take(claim(id))]),
      );
      expect(grants.filter((grant) => grant === 'granted')).toHaveLength(3);
      for (const grant of grants) if (grant !== 'granted') expect(grant).toEqual({ waitMs: 60_000 });
      expect(await b.take(claim('w', 4))).toBe('granted'); // a write may use what reads leave
    });

    it('grants no more of the background than its own share', async () => {
      const { ledger: a } = await account.open();
      const { ledger: b } = await account.open();
      expect(await a.take(claim('1', 3, true))).toBe('granted');
      expect(await b.take(claim('1', 3, true))).toMatchObject({ waitMs: expect.anything() });
      expect(await b.take(claim('2'))).toBe('granted');
    });

    it('takes back the place of what was not sent', async () => {
      const { ledger } = await account.open();
      expect(await ledger.take(claim('1', 1))).toBe('granted');
      ledger.end('1', false, undefined);
      expect(await ledger.take(claim('2', 1))).toBe('granted');
    });

    it('grants a claim that is asked twice once', async () => {
      const { ledger } = await account.open();
      for (let times = 0; times < 3; times += 1) expect(await ledger.take(claim('1', 2))).toBe('granted');
      expect(await ledger.take(claim('2', 2))).toBe('granted');
    });

    it('shows each what the others do, and not what it does itself', async () => {
      const { ledger: a, views: seenByA } = await account.open();
      const { ledger: b, views: seenByB } = await account.open();
      await a.take(claim('1', 3, true));
      await a.take(claim('2'));
      a.end('2', true, undefined);
      await a.take(claim('2')); // granted already; what was told before it has arrived
      await b.take(claim('1'));
      expect(seenByA.at(-1)?.calls).toEqual([]);
      const seen = seenByB.at(-1)?.calls.map(({ isBackground, isInFlight }) => [isBackground, isInFlight]);
      expect(seen).toHaveLength(2);
      expect(seen).toEqual(
        expect.arrayContaining([
          [true, true],
          [false, false],
        ]),
      );
      for (const { beganAtMs, expiresAtMs } of seenByB.at(-1)?.calls ?? []) {
        expect(Math.abs(Date.now() - beganAtMs)).toBeLessThan(10_000);
        expect(expiresAtMs).toBeGreaterThan(Date.now() + 50_000);
      }
    });

    it.each([
      [
        'that was asked for',
        (a: WindowStore) => {
          a.pause(5000);
        },
      ],
      [
        'until the upstream, which has none left, counts anew',
        (a: WindowStore) => {
          a.end('1', true, told(0));
        },
      ],
    ])('a pause %s holds for all', async (_what, pause) => {
      const { ledger: a } = await account.open();
      const { ledger: b, views } = await account.open();
      await a.take(claim('1'));
      pause(a);
      await a.take(claim('2')); // what was told before it has arrived
      const denied = await b.take(claim('1', 30));
      expect(denied).toMatchObject({ waitMs: expect.anything() });
      expect(views.at(-1)?.pausedUntilMs).toBeGreaterThan(Date.now());
    });

    it('passes on what the upstream told another, once', async () => {
      const { ledger: a } = await account.open();
      const { ledger: b, views } = await account.open();
      await a.take(claim('1'));
      const headers = told(7);
      a.end('1', true, headers);
      await a.take(claim('2'));
      const before = views.length;
      await b.take(claim('1'));
      await b.take(claim('2'));
      expect(
        views
          .slice(before)
          .map((view) => view.told)
          .filter(Boolean),
      ).toEqual([headers]);
    });
  });
}
