import { type Row, type Window } from '../exotel/rows.js';
import { type Reading } from './reading.js';
import { readable } from './list-source.js';

/** Windows read so close to each other are taken to show one list, unless they themselves show that it moved. */
const closeMs = 2000;

/**
 * Whether windows show one list: `moved` where a row could be in two of them, or in none; `apart` where nothing shows
 * that, but they were read too long after each other to tell.
 */
export type Consistency = 'consistent' | 'apart' | 'moved';

/**
 * Judges the windows that a page is made of.
 * @param isSequence true for windows read one after the other: each must be close to the one before.
 */
export function consistencyOf<T extends { readonly sid: string }>(
  readings: readonly Reading<Window<T>>[],
  isSequence = false,
): Consistency {
  const [first] = readings;
  if (!first || readings.length < 2) return 'consistent';
  if (readings.some(({ value }) => value.total !== first.value.total) || sharesRows(readings)) return 'moved';
  const times = readings.map(({ readAtMs }) => readAtMs).sort((a, b) => a - b);
  const gaps = times.map((time, index) => time - (times[isSequence ? index - 1 : 0] ?? time));
  return Math.max(...gaps) > closeMs ? 'apart' : 'consistent';
}

/** Those that are close to the newest: the others must be read anew to be of one list with them. */
export function newestOf<V>(readings: readonly Reading<V>[]): Reading<V>[] {
  const newestMs = Math.max(...readings.map(({ readAtMs }) => readAtMs));
  return readings.filter(({ readAtMs }) => newestMs - readAtMs <= closeMs);
}

function sharesRows<T extends { readonly sid: string }>(readings: readonly Reading<Window<T>>[]): boolean {
  const places = new Map<string, number>();
  return readings.some(({ value: { offset, rows } }) =>
    rows.some((row: Row<T>, index) => {
      const sid = readable(row)?.sid;
      if (sid === undefined) return false;
      const place = places.get(sid) ?? offset + index;
      places.set(sid, place);
      return place !== offset + index && !isWithin(place, offset, rows.length);
    }),
  );
}

/** One window may hold a sid twice by itself: the document's own messages sample does. */
function isWithin(place: number, offset: number, length: number): boolean {
  return place >= offset && place < offset + length;
}
