import { isSidLength } from '../../../domain/sid.js';

/** The largest number that GraphQL's `Int` holds. */
export const maximumInt = 2 ** 31 - 1;

const digits = /^\d+$/;

/** A whole number that some layers write as text. Null and empty text are no zero: they say nothing. */
export function integerOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
  return Number.isSafeInteger(number) ? (number as number) : undefined;
}

/**
 * How many of something there are, at most what GraphQL's `Int` holds: more is clamped, however many digits it has.
 * Undefined for what is no count: negative numbers, fractions, other text.
 */
export function countOf(value: unknown): number | undefined {
  const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
  if (typeof number !== 'number' || !(number >= 0)) return undefined;
  if (number >= maximumInt) return maximumInt;
  return Number.isInteger(number) ? number : undefined;
}

/** An object that is no list. */
export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/**
 * A sid, as opaque as it is (docs/upstream.md, traps): any text, and an `id` of digits where newer guide pages have one.
 * Undefined for what no request could name: nothing, or a text far longer than any sid.
 */
export function sidOf(value: unknown): string | undefined {
  const sid = Number.isSafeInteger(value) ? String(value) : value;
  return typeof sid === 'string' && isSidLength(sid) ? sid : undefined;
}

/** Text; a number is taken as its digits. Undefined for anything else. */
export function textOf(value: unknown): string | undefined {
  if (typeof value === 'string') return value;
  return typeof value === 'number' && Number.isFinite(value) ? String(value) : undefined;
}

/** Text that a row can do without, null for anything else. Empty text is what some layers write for null. */
export function textOrNull(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

/** Longer texts are not kept: no word or moment of the API is. */
const longestText = 64;

/**
 * Reads each text once, for what rows say over and over. What is kept is forgotten all at once when it is too much: an
 * upstream that makes up words must not fill our memory, and what is in use is soon back.
 * @param read must depend on nothing but its text.
 * @param most how many texts are kept.
 */
export function memoize<T>(read: (text: string) => T, most: number): (text: string) => T {
  const known = new Map<string, T>();
  return (text) => {
    const before = known.get(text);
    if (before !== undefined || known.has(text)) return before as T;
    const value = read(text);
    if (text.length > longestText) return value;
    if (known.size >= most) known.clear();
    known.set(text, value);
    return value;
  };
}

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
const utcOf = memoize((text): string | undefined => {
  const moment = lacksOffset(text) ? `${text}${indianOffset}` : text;
  const date = new Date(rfc3339.test(moment) && isCalendarDay(moment) ? moment : Number.NaN);
  const utc = Number.isNaN(date.getTime()) ? '' : date.toISOString();
  return utc.length === utcLength ? utc : undefined;
}, 5000);

/** A moment as the upstream writes it (`+05:30`), as UTC text: `2022-08-10T17:42:00.000Z`; null for anything else. */
export function momentOrNull(value: unknown): string | null {
  return typeof value === 'string' ? (utcOf(value) ?? null) : null;
}
