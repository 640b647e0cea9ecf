import { type Identified, readable, type Row, type Window } from '../../domain/lists/page.js';
import { areOutOfOrder } from './cursors/sort-key.js';
import { type ListSource, type TimedRead } from './list-source.js';

/** Windows read within this time count as one state of the list, unless their rows show that it has moved. */
export const closeMs = 2000;

/**
 * Whether windows show one state of the list. `moved`: a row may be in two windows, or in none. `apart`: nothing shows that,
 * but too much time passed between the reads to exclude it.
 */
export type Consistency = 'consistent' | 'apart' | 'moved';

/**
 * Compares windows whose totals agree.
 * @param isSequence true for windows that were read one after the other: each must be close to the one before.
 */
export function consistencyOf<T extends Identified>(
  reads: readonly TimedRead<Window<T>>[],
  isSequence = false,
): Consistency {
  if (reads.length < 2) return 'consistent';
  if (sharesRows(reads)) return 'moved';
  const times = reads.map(({ readAtMs }) => readAtMs).sort((a, b) => a - b);
  const gaps = times.map((time, index) => time - (times[isSequence ? index - 1 : 0] ?? time));
  return Math.max(...gaps) > closeMs ? 'apart' : 'consistent';
}

/** The windows that are close to the newest one. The others must be read again. */
export function newestOf<V>(reads: readonly TimedRead<V>[]): TimedRead<V>[] {
  const newestMs = Math.max(...reads.map(({ readAtMs }) => readAtMs));
  return reads.filter(({ readAtMs }) => newestMs - readAtMs <= closeMs);
}

/**
 * True if adjoining windows are out of order, though each is in order by itself: between their reads more rows have come or gone
 * than a window holds, so that they share no row.
 */
export function isOutOfOrder<T extends Identified>(
  reads: readonly TimedRead<Window<T>>[],
  source: ListSource<T>,
): boolean {
  const { direction } = source;
  const windows = reads
    .map(({ value: { offset, rows } }) => {
      const keys = rows.flatMap((row) => readable(row) ?? []).map((row) => source.sortKeyOf(row));
      return { offset, end: offset + rows.length, first: keys[0] ?? null, last: keys.at(-1) ?? null };
    })
    .filter(({ first, last }) => first !== null && last !== null && !areOutOfOrder(first, last, direction))
    .sort((one, other) => one.offset - other.offset);
  return windows.some(({ end, last }, index) => {
    const next = windows[index + 1];
    return next?.offset === end && areOutOfOrder(last, next.first, direction);
  });
}

/** True if a row is in two windows. */
export function sharesRows<T extends Identified>(reads: readonly TimedRead<Window<T>>[]): boolean {
  const places = new Map<string, number>();
  return reads.some(({ value: { offset, rows } }) =>
    rows.some((row: Row<T>, index) => {
      const sid = readable(row)?.sid;
      if (sid === undefined) return false;
      const place = places.get(sid) ?? offset + index;
      places.set(sid, place);
      // A single window may contain a sid twice: the messages sample of the API document does.
      const isInWindow = place >= offset && place < offset + rows.length;
      return place !== offset + index && !isInWindow;
    }),
  );
}
