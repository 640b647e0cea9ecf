import { z } from 'zod';

/** Year to seconds, any fraction, and an offset: without one the moment could be anywhere on earth. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;

/** JavaScript reads the 30th of February as the 2nd of March. */
function isCalendarDay(text: string): boolean {
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** A moment as the upstream writes it (`+05:30`), read into UTC text: `2022-08-10T17:42:00.000Z`. */
export const moment = z.string().transform((text, context) => {
  const date = new Date(rfc3339.test(text) && isCalendarDay(text) ? text : Number.NaN);
  if (!Number.isNaN(date.getTime())) return date.toISOString();
  context.issues.push({ code: 'custom', message: 'not a moment with an offset', input: text });
  return z.NEVER;
});

/** A moment that a row can do without: null where it is missing or unreadable. */
export const optionalMoment = moment.nullable().catch(null);
