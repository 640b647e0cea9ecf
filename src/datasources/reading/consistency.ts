import { type Row, type Window } from '../exotel/rows.js';
import { type Reading } from './reading.js';
import { readable } from './list-source.js';

/** Windows read so close to each other are taken to show one list, unless they themselves say otherwise. */
const closeMs = 2000;

/**
 * Tells whether the list moved between the readings of a page's windows: a row could be in two of them, or in none.
 * All of them must then be read anew, side by side: even the newest may be a kept one.
 */
export function hasMoved<T extends { readonly sid: string }>(
  readings: readonly Reading<Window<T>>[],
): boolean {
  const [first] = readings;
  if (!first || readings.length < 2) return false;
  const times = readings.map(({ readAtMs }) => readAtMs);
  return (
    Math.max(...times) - Math.min(...times) > closeMs ||
    readings.some(({ value }) => value.total !== first.value.total) ||
    sharesRows(readings)
  );
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
