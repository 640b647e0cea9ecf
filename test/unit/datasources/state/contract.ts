import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type SharedState } from '../../../../src/datasources/state/shared-state.js';

/** One store, opened by two gateways. */
export interface OpenedState {
  readonly first: SharedState;
  readonly second: SharedState;
  /** Waits a little longer than this time. */
  pass(ms: number): Promise<void>;
  close(): Promise<void>;
}

/** Longer than any test. */
const longMs = 600_000;
const shortMs = 150;
/** Time to live of texts that must exist until the next command, however busy the machine is. */
const mediumMs = 1500;

const anyText = fc.string({ unit: 'grapheme', maxLength: 20 });
/** Few keys and few texts, so that operations conflict. */
const anyOperation = fc.record({
  kind: fc.constantFrom('read', 'insert', 'swap', 'remove'),
  isSecond: fc.boolean(),
  key: fc.nat(1),
  from: fc.nat(2),
  to: fc.nat(2),
});
const anyRun = fc.record({
  keys: fc.uniqueArray(anyText, { minLength: 2, maxLength: 2 }),
  texts: fc.uniqueArray(anyText, { minLength: 3, maxLength: 3 }),
  operations: fc.array(anyOperation, { maxLength: 40 }),
});

/** The guarantees of every shared state, independent of its store. */
export function describeSharedState(name: string, open: () => Promise<OpenedState>): void {
  describe(`${name} as a shared state`, () => {
    let opened: OpenedState;
    let first: SharedState;
    let second: SharedState;
    beforeEach(async () => {
      opened = await open();
      ({ first, second } = opened);
    });
    afterEach(() => opened.close());

    it('reads null for an absent key, and does not create it', async () => {
      expect(await first.read('key')).toBeNull();
      expect(await first.swap('key', '', 'text', longMs)).toBe(false);
      expect(await first.remove('key', '')).toBe(false);
      expect(await first.read('key')).toBeNull();
    });

    it('has one clock for all gateways', async () => {
      const [one, other] = await Promise.all([first.nowMs(), second.nowMs()]);
      expect(one === null).toBe(other === null);
      expect(Math.abs((one ?? 0) - (other ?? 0))).toBeLessThan(60_000);
    });

    it('inserts only if the key is absent', async () => {
      expect(await first.insert('key', 'mine', longMs)).toBe(true);
      expect(await second.insert('key', 'yours', longMs)).toBe(false);
      expect(await second.read('key')).toBe('mine');
    });

    it('expires a text, so that another can be inserted', async () => {
      await first.insert('key', 'old', shortMs);
      await opened.pass(shortMs);
      expect(await second.read('key')).toBeNull();
      expect(await second.swap('key', 'old', 'swapped', longMs)).toBe(false);
      expect(await second.remove('key', 'old')).toBe(false);
      expect(await second.insert('key', 'new', longMs)).toBe(true);
      expect(await first.read('key')).toBe('new');
    });

    it('swaps only if the current text matches exactly', async () => {
      await first.insert('key', 'one', longMs);
      for (const other of ['', 'on', 'one ', 'ONE', 'two'])
        expect(await second.swap('key', other, 'three', longMs)).toBe(false);
      expect(await second.swap('key', 'one', 'two', longMs)).toBe(true);
      expect(await first.swap('key', 'one', 'three', longMs)).toBe(false);
      expect(await first.read('key')).toBe('two');
    });

    it('restarts the time to live on a swap, even to the same text', async () => {
      await first.insert('longer', 'text', mediumMs);
      await first.insert('shorter', 'text', longMs);
      expect(await second.swap('longer', 'text', 'text', longMs)).toBe(true);
      expect(await second.swap('shorter', 'text', 'text', shortMs)).toBe(true);
      await opened.pass(mediumMs);
      expect(await first.read('longer')).toBe('text');
      expect(await first.read('shorter')).toBeNull();
    });

    it('keeps the time to live on a refused change', async () => {
      await first.insert('key', 'text', mediumMs);
      expect(await second.insert('key', 'other', longMs)).toBe(false);
      expect(await second.swap('key', 'other', 'text', longMs)).toBe(false);
      await opened.pass(mediumMs);
      expect(await first.read('key')).toBeNull();
    });

    it('removes only if the current text matches exactly', async () => {
      await first.insert('key', 'text', longMs);
      expect(await second.remove('key', 'other')).toBe(false);
      expect(await first.read('key')).toBe('text');
      expect(await second.remove('key', 'text')).toBe(true);
      expect(await first.remove('key', 'text')).toBe(false);
      expect(await first.insert('key', 'text', longMs)).toBe(true);
    });

    const fifty = Array.from({ length: 50 }, (_, index) => `text ${index}`);
    /** Changes a key to each text concurrently, half of them through each of the two gateways. */
    const allAtOnce = (change: (state: SharedState, text: string) => Promise<boolean>) =>
      Promise.all(fifty.map((text, index) => change(index % 2 === 0 ? first : second, text)));

    it('lets one of 50 concurrent inserts succeed, and keeps its text', async () => {
      const done = await allAtOnce((state, text) => state.insert('key', text, longMs));
      expect(done.filter(Boolean)).toHaveLength(1);
      expect(await first.read('key')).toBe(fifty[done.indexOf(true)]);
    });

    it('lets one of 50 concurrent swaps from the same text succeed, and keeps its text', async () => {
      await first.insert('key', 'from', longMs);
      const done = await allAtOnce((state, text) => state.swap('key', 'from', text, longMs));
      expect(done.filter(Boolean)).toHaveLength(1);
      expect(await first.read('key')).toBe(fifty[done.indexOf(true)]);
    });

    it('lets one of 50 concurrent removals of the same text succeed', async () => {
      await first.insert('key', 'text', longMs);
      const done = await allAtOnce((state) => state.remove('key', 'text'));
      expect(done.filter(Boolean)).toHaveLength(1);
    });

    it.each([
      ['nothing', ''],
      ['every script', 'नमस्कार 🎉 \u0000 "\\\r\n e\u0301 \u00e9'],
      ['100 kB', 'é🎉'.repeat(17_000)],
    ])('returns a text of %s exactly as it was written', async (_what, text) => {
      expect(await first.insert('key', text, longMs)).toBe(true);
      expect(await second.read('key')).toBe(text);
      expect(await second.swap('key', text, `${text}!`, longMs)).toBe(true);
      expect(await first.remove('key', `${text}!`)).toBe(true);
    });

    it('keeps the texts of similar keys apart', async () => {
      const keys = [
        'a b',
        'a  b',
        'a:b',
        'a:b:',
        'A:b',
        'a*',
        '{a}b',
        'a\nb',
        'नमस्कार 🎉',
        'e\u0301',
        '\u00e9',
        '',
      ];
      for (const [index, key] of keys.entries())
        expect(await first.insert(key, `text ${index}`, longMs)).toBe(true);
      for (const [index, key] of keys.entries()) expect(await second.read(key)).toBe(`text ${index}`);
    });

    it('behaves like a map under any operations', async () => {
      let runs = 0;
      await fc.assert(
        fc.asyncProperty(anyRun, async ({ keys, texts, operations }) => {
          runs += 1;
          const map = new Map<string, string>();
          for (const { kind, isSecond, ...pick } of operations) {
            const state = isSecond ? second : first;
            const key = `${runs} ${keys[pick.key] ?? ''}`; // runs do not see each other's keys
            const [from = '', to = ''] = [texts[pick.from], texts[pick.to]];
            const isThere = map.get(key) === from;
            if (kind === 'read') {
              expect(await state.read(key)).toBe(map.get(key) ?? null);
            } else if (kind === 'insert') {
              expect(await state.insert(key, to, longMs)).toBe(!map.has(key));
              if (!map.has(key)) map.set(key, to);
            } else if (kind === 'swap') {
              expect(await state.swap(key, from, to, longMs)).toBe(isThere);
              if (isThere) map.set(key, to);
            } else {
              expect(await state.remove(key, from)).toBe(isThere);
              if (isThere) map.delete(key);
            }
          }
        }),
      );
    });
  });
}
