import { z } from 'zod';
import { remembered } from '../remembered.js';

/** Year to seconds, any fraction, and an offset: without one the moment could be anywhere on earth. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;

/** No month is shorter than 28 days. */
const certainDay = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])/;

/** JavaScript reads the 30th of February as the 2nd of March. */
function isCalendarDay(text: string): boolean {
  if (certainDay.test(text)) return true;
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** A poll sees the same rows again, and the messages of a campaign share their time: most moments were read before. */
const utcOf = remembered((text): string | undefined => {
  const date = new Date(rfc3339.test(text) && isCalendarDay(text) ? text : Number.NaN);
  return Number.isNaN(date.getTime()) ? undefined : date.toISOString();
}, 5000);

/** A moment as the upstream writes it (`+05:30`), as UTC text: `2022-08-10T17:42:00.000Z`; null for anything else. */
export function momentOrNull(value: unknown): string | null {
  return typeof value === 'string' ? (utcOf(value) ?? null) : null;
}

/** A moment that must be there. */
export const moment = z.transform((value, context) => {
  const utc = momentOrNull(value);
  if (utc !== null) return utc;
  context.issues.push({ code: 'custom', message: 'not a moment with an offset', input: value });
  return z.NEVER;
});

/** A moment that a row can do without: null where it is missing or unreadable. */
export const optionalMoment = z.transform(momentOrNull);
