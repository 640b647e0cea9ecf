import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import {
  type OthersView,
  type SharedWindow,
} from '../../../../../src/datasources/exotel/rate-limit/shared-window.js';
import { request } from './shared-window-under-test.js';

/** The windows of one account. */
export interface OpenedAccount {
  /** Opens the window of one more gateway, with the full length of 60 seconds. */
  open(): Promise<{ readonly window: SharedWindow; readonly views: readonly OthersView[] }>;
  close(): Promise<void>;
}

const headersOf = (remaining: number, resetAtMs = Date.now() + 5000) => ({ limit: 30, remaining, resetAtMs });

/** The guarantees of every shared window, independent of its store. */
export function describeSharedWindow(name: string, openAccount: () => OpenedAccount): void {
  describe(`the shared window ${name}`, () => {
    let account: OpenedAccount;
    beforeEach(() => {
      account = openAccount();
    });
    afterEach(() => account.close());

    it('grants the permits of the limit to all gateways together, and returns the wait for more', async () => {
      const { window: a } = await account.open();
      const { window: b } = await account.open();
      const grants = await Promise.all(
        ['1', '2', '3', '4', '5'].flatMap((id) => [a.take(request(id)), b.take(request(id))]),
      );
      expect(grants.filter((grant) => grant === 'granted')).toHaveLength(3);
      for (const grant of grants) if (grant !== 'granted') expect(grant).toEqual({ waitMs: 60_000 });
      expect(await b.take(request('w', 4))).toBe('granted'); // a write may use what reads leave over
    });

    it('grants background calls their own share only', async () => {
      const { window: a } = await account.open();
      const { window: b } = await account.open();
      expect(await a.take(request('1', 3, true))).toBe('granted');
      expect(await b.take(request('1', 3, true))).toMatchObject({ waitMs: expect.anything() });
      expect(await b.take(request('2'))).toBe('granted');
    });

    it('releases the permit of a call that was not sent', async () => {
      const { window } = await account.open();
      expect(await window.take(request('1', 1))).toBe('granted');
      window.end('1', false, undefined);
      expect(await window.take(request('2', 1))).toBe('granted');
    });

    it('grants a repeated request once', async () => {
      const { window } = await account.open();
      for (let times = 0; times < 3; times += 1) expect(await window.take(request('1', 2))).toBe('granted');
      expect(await window.take(request('2', 2))).toBe('granted');
    });

    it('shows each gateway the calls of the others, not its own', async () => {
      const { window: a, views: seenByA } = await account.open();
      const { window: b, views: seenByB } = await account.open();
      await a.take(request('1', 3, true));
      await a.take(request('2'));
      a.end('2', true, undefined);
      await a.take(request('2')); // granted already; earlier commands have arrived
      await b.take(request('1'));
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
        expect(Math.abs(performance.now() - beganAtMs)).toBeLessThan(10_000);
        expect(expiresAtMs).toBeGreaterThan(performance.now() + 50_000);
      }
    });

    it.each([
      [
        'on demand',
        (a: SharedWindow) => {
          a.pause(5000);
        },
      ],
      [
        "until the upstream's reset, by its clock, after no calls remained",
        (a: SharedWindow) => {
          a.end('1', true, headersOf(0));
        },
      ],
    ])('applies a pause %s to all gateways', async (_what, pause) => {
      const { window: a } = await account.open();
      const { window: b, views } = await account.open();
      await a.take(request('1'));
      pause(a);
      await a.take(request('2')); // earlier commands have arrived
      const denied = await b.take(request('1', 30));
      const { waitMs } = denied as { readonly waitMs: number };
      expect(waitMs).toBeGreaterThan(0);
      expect(waitMs).toBeLessThanOrEqual(5000);
      expect(views.at(-1)?.pausedUntilMs).toBeGreaterThan(performance.now());
    });

    it('shares the rate limit headers of a gateway with the others, once', async () => {
      const { window: a } = await account.open();
      const { window: b, views } = await account.open();
      await a.take(request('1'));
      const headers = headersOf(7);
      a.end('1', true, headers);
      await a.take(request('2'));
      const before = views.length;
      await b.take(request('1'));
      await b.take(request('2'));
      expect(
        views
          .slice(before)
          .map((view) => view.headers)
          .filter(Boolean),
      ).toEqual([headers]);
    });
  });
}
