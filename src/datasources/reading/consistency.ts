import { type Row, type Window } from '../exotel/rows.js';
import { type Reading } from './cached-reads.js';
import { readable } from './list-source.js';

/** Windows read so close to each other are taken to show one list, unless they themselves say otherwise. */
const closeMs = 2000;

/**
 * Tells which windows of a page must be read again because the list moved between their readings: a row could be
 * in two of them, or in none.
 *
 * @returns the order that a reading must have to be kept; undefined where all may be.
 */
export function outdatedBefore<T extends { readonly sid: string }>(
  readings: readonly Reading<Window<T>>[],
): number | undefined {
  if (readings.length < 2) return undefined;
  const newest = readings.reduce((a, b) => (a.order > b.order ? a : b));
  const hasMoved = readings.some(({ value }) => value.total !== newest.value.total) || sharesRows(readings);
  if (hasMoved) return newest.order;
  const close = readings.filter(({ readAtMs }) => newest.readAtMs - readAtMs <= closeMs);
  return close.length === readings.length ? undefined : Math.min(...close.map(({ order }) => order));
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
