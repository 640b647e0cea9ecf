import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Cursor, decodeCursor, fingerprintOf } from '../../../src/datasources/paging/cursors/cursor.js';
import { type ListSource } from '../../../src/datasources/paging/list-source.js';
import { PageMaximum } from '../../../src/datasources/paging/page-maximum.js';
import { sidOf } from '../../../src/domain/lists/page.js';
import { Sweep } from '../../../src/export/sweep.js';
import { runsOf } from '../../support/property-runs.js';

interface Listed {
  readonly sid: string;
}
const source: ListSource<Listed> = { identity: 'messages c {"', direction: null, sortKeyOf: () => null };
const maximum = (): PageMaximum => new PageMaximum(() => 0);
const named = (count: number): Listed[] =>
  Array.from({ length: count }, (_, index) => ({ sid: `m${String(index)}` }));

/**
 * Sweeps a list to its end.
 * @param listAt the list as it is at a call; the first one is 1.
 * @param isInterrupted whether each window is read by a new sweep, after a cursor.
 */
async function sweepOf(listAt: (call: number, offset: number) => readonly Listed[], isInterrupted = false) {
  let calls = 0;
  let after: Cursor | undefined;
  const begin = () =>
    new Sweep<Listed>({
      source,
      maximum: maximum(),
      after,
      read: ({ offset, limit: asked }) => {
        calls += 1;
        const list = listAt(calls, offset);
        const limit = Math.min(asked, 50);
        const rows = list.slice(offset, offset + limit);
        return Promise.resolve({ value: { offset, limit, total: list.length, rows }, readAtMs: 0 });
      },
    });
  let sweep = begin();
  const seen: string[] = [];
  for (;;) {
    const { rows, cursor, end, total } = await sweep.next();
    seen.push(...rows.map(({ row }) => sidOf(row) ?? ''));
    if (isInterrupted && cursor !== null) {
      after = decodeCursor(cursor, fingerprintOf(source.identity), 'after');
      sweep = begin();
    }
    if (end >= total && !sweep.goesOnAtEnd()) return { seen, calls };
    if (calls > 1000) throw new Error('the sweep does not end');
  }
}

describe('the end of a sweep', () => {
  it.each([false, true])(
    'is not where one or two answers say it is, which end too early or are empty (after a cursor each: %s)',
    async (isInterrupted) => {
      await fc.assert(
        fc.asyncProperty(
          fc.integer({ min: 51, max: 600 }),
          fc.integer({ min: 2, max: 14 }),
          fc.integer({ min: 1, max: 2 }),
          fc.constantFrom<'empty' | number>('empty', 0, 1, 10, 50),
          async (length, at, times, kind) => {
            const list = named(length);
            const { seen, calls } = await sweepOf((call, offset) => {
              if (call < at || call >= at + times) return list;
              return kind === 'empty' ? [] : list.slice(0, offset + kind);
            }, isInterrupted);
            expect(seen).toEqual(list.map(({ sid }) => sid));
            // A cursor is searched from five rows before it.
            const usual = 1 + Math.ceil(Math.max(0, length - 50) / (isInterrupted ? 44 : 49));
            expect(calls).toBeLessThanOrEqual(usual + 9);
          },
        ),
        { numRuns: runsOf(100) },
      );
    },
  );

  it.each([
    ['200 of them', 300],
    ['almost all', 120],
  ])('costs two calls more where the rows after it have gone: %s', async (_what, left) => {
    const { seen, calls } = await sweepOf((call) => named(call < 3 ? 500 : left));
    expect(seen).toEqual(named(left).map(({ sid }) => sid));
    expect(calls).toBe(1 + Math.ceil((left - 50) / 49) + 2);
  });

  it('is not where three answers say it is, of which each contradicts the one before', async () => {
    const { seen } = await sweepOf((call, offset) =>
      call < 2 || call > 4 ? named(500) : named(500).slice(0, offset + 10),
    );
    expect(seen).toEqual(named(500).map(({ sid }) => sid));
  });

  it('is reached where rows arrive after it again and again, after many have gone', async () => {
    const { seen, calls } = await sweepOf((call) => named(call < 3 ? 500 : 110 + call));
    expect(seen.length).toBe(110 + calls);
    expect(calls).toBeLessThanOrEqual(3 + 12);
  });

  it('costs no further call where rows come and go in front', async () => {
    const added = Array.from({ length: 30 }, (_, index) => ({ sid: `n${String(index)}` }));
    for (const moved of [[...added, ...named(500)], named(500).slice(30)]) {
      const { calls } = await sweepOf((call) => (call < 4 ? named(500) : moved));
      expect(calls).toBeLessThanOrEqual(1 + Math.ceil(450 / 49) + 1);
    }
  });

  it('is that of a list which was emptied, after a few calls', async () => {
    const { seen, calls } = await sweepOf((call) => named(call < 3 ? 500 : 0));
    expect(seen).toEqual(named(99).map(({ sid }) => sid));
    expect(calls).toBeLessThanOrEqual(2 + 3 * 2);
  });

  it('counts no row as gone twice, where swept rows go from it before each call', async () => {
    const { seen, calls } = await sweepOf((call) => named(call < 3 ? 500 : 120 - call));
    expect(seen).toEqual(named(117).map(({ sid }) => sid));
    expect(calls).toBeLessThanOrEqual(3 + 2 * 2);
  });
});

describe('an upstream that brings a sweep no further', () => {
  type Page = (list: readonly Listed[], offset: number, limit: number) => readonly Listed[];
  const pages: readonly (readonly [string, Page])[] = [
    [
      'returns no rows after the first page',
      (list, offset, limit) => (offset === 0 ? list.slice(0, limit) : []),
    ],
    [
      'returns each row twice',
      (list, offset, limit) =>
        list
          .slice(offset, offset + limit)
          .flatMap((row) => [row, row])
          .slice(0, limit),
    ],
  ];

  it.each(pages)('fails after a few windows, and again at once: it %s', async (_what, pageOf) => {
    let calls = 0;
    const sweep = new Sweep<Listed>({
      source,
      maximum: maximum(),
      after: undefined,
      read: ({ offset, limit: asked }) => {
        calls += 1;
        const limit = Math.min(asked, 50);
        return Promise.resolve({
          value: { offset, limit, total: 230, rows: pageOf(named(230), offset, limit) },
          readAtMs: 0,
        });
      },
    });
    const untilFailure = async (): Promise<void> => {
      for (let windows = 0; windows < 20; windows += 1) await sweep.next();
    };
    await expect(untilFailure()).rejects.toMatchObject({ reason: 'invalidResponse' });
    expect(calls).toBeLessThan(60);
    const before = calls;
    await expect(sweep.next()).rejects.toMatchObject({ reason: 'invalidResponse' });
    expect(calls - before).toBeLessThan(60);
  });
});
