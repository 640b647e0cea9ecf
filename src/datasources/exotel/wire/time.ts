import { remembered } from '../remembered.js';

/** Year to seconds, any fraction, and an offset. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;

/**
 * The one time without an offset that newer guide pages show. Indian time is likely, not said (docs/upstream.md, "Not
 * settled"); drift counts it.
 */
const withoutOffset = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const indianOffset = '+05:30';

/** No month is shorter than 28 days. */
const certainDay = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])/;

/** The length of `2022-08-10T17:42:00.000Z`: years before 0 and after 9999 are longer, and are not RFC 3339. */
const utcLength = 24;

/** Whether a text is a time that does not say where on earth it is. */
export function lacksOffset(text: string): boolean {
  return text.length === 19 && withoutOffset.test(text);
}

/** JavaScript reads the 30th of February as the 2nd of March. */
function isCalendarDay(text: string): boolean {
  if (certainDay.test(text)) return true;
  const day = text.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** A poll sees the same rows again, and the messages of a campaign share their time: most moments were read before. */
const utcOf = remembered((text): string | undefined => {
  const moment = lacksOffset(text) ? `${text}${indianOffset}` : text;
  const date = new Date(rfc3339.test(moment) && isCalendarDay(moment) ? moment : Number.NaN);
  const utc = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return utc.length === utcLength ? utc : undefined;
}, 5000);

/** A moment as the upstream writes it (`+05:30`), as UTC text: `2022-08-10T17:42:00.000Z`; null for anything else. */
export function momentOrNull(value: unknown): string | null {
  return typeof value === 'string' ? (utcOf(value) ?? null) : null;
}
