import { describe, expect, it } from '@jest/globals';
import {
  type CacheSetting,
  cacheSettings,
  type ListName,
  listsByTime,
  setUpListedPages,
} from '../../../support/operations/listed-pages.js';
import { walkBackwards, walkForwards } from '../../../support/operations/page-walk.js';
import { type ListingRow } from '../../../support/upstream/listing-upstream.js';

const listed = setUpListedPages();

let lists = 0;
/** Rows with one time, or each with its own, in the default order. */
function rowsOf(count: number, isTied: boolean): ListingRow[] {
  lists += 1;
  const latestMs = Date.parse('2026-12-01T00:00:00Z');
  return Array.from({ length: count }, (_, index) => ({
    sid: `${String((index * 7919) % 99_991)}-${String(lists)}`,
    at: new Date(latestMs - (isTied ? 0 : index * 3_600_000)).toISOString(),
  }));
}

const sidsOf = (rows: readonly ListingRow[]): string[] => rows.map(({ sid }) => sid);

/** Reads all pages of the list. @returns the distinct sids. */
async function walked(
  cache: CacheSetting,
  list: ListName,
  step: 'first' | 'last',
  size: number,
): Promise<string[]> {
  listed.forget();
  const walk = step === 'first' ? walkForwards : walkBackwards;
  return [...new Set(await walk(size, listed.of(list, cache)))];
}

const walks = cacheSettings.flatMap((cache) =>
  listsByTime.flatMap((list) => (['first', 'last'] as const).map((step) => ({ cache, list, step }))),
);

describe.each(walks)(
  '$list of a list that has a row twice, with CACHE=$cache and pages of `$step`',
  ({ cache, list, step }) => {
    it.each([10, 20, 30, 49, 70])('are all shown in pages of %i, wherever the two are', async (size) => {
      for (const isTied of [true, false])
        for (const [one, other] of [
          [0, 50],
          [5, 50],
          [30, 50],
          [49, 50],
          [49, 55],
          [49, 80],
          [49, 99],
        ] as const) {
          const rows = rowsOf(100, isTied);
          listed.upstream.rows = rows.map((row, index) =>
            index === other ? { ...row, sid: rows[one]?.sid ?? '' } : row,
          );
          const sids = await walked(cache, list, step, size);
          expect({ one, other, sids: sids.sort() }).toEqual({
            one,
            other,
            sids: [...new Set(sidsOf(listed.upstream.rows))].sort(),
          });
        }
    });

    it.each([26, 30, 45])('are all shown, and the walk ends, where all %i rows come twice', async (count) => {
      const rows = rowsOf(count, true);
      listed.upstream.rows = [...rows, ...rows];
      for (const size of [10, 20, 50])
        expect((await walked(cache, list, step, size)).sort()).toEqual(sidsOf(rows).sort());
    });
  },
);
