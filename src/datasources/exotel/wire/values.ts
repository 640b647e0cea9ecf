import { isSidLength } from '../../../domain/campaigns/sid.js';
import { type WireType } from './fields.js';

/** Largest `Int` of GraphQL. */
export const maximumInt = 2 ** 31 - 1;

const digits = /^\d+$/;

/** No word or time of the API is as long. */
const longestText = 64;

/**
 * Remembers the results of a function for short texts. At the maximum it forgets all, so that invented words of an upstream
 * can't fill the memory.
 * @param maximum number of remembered texts.
 * @param unreadable result for a longer text, which is not read: in a word of megabytes a replacement takes many times its memory.
 */
export function memoize<T>(read: (text: string) => T, maximum: number, unreadable: T): (text: string) => T {
  const results = new Map<string, T>();
  return (text) => {
    if (text.length > longestText) return unreadable;
    const result = results.get(text);
    if (result !== undefined || results.has(text)) return result as T;
    const value = read(text);
    if (results.size >= maximum) results.clear();
    results.set(text, value);
    return value;
  };
}

/** A whole number; some layers write it as text. */
export const integer: WireType<number | undefined> = {
  read: (value) => {
    const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
    return Number.isSafeInteger(number) ? (number as number) : undefined;
  },
  shape: 'number',
};

/** A count, clamped to GraphQL's `Int`. Negative numbers, fractions and other text are unreadable. */
export const count: WireType<number | undefined> = {
  read: (value) => {
    const number = typeof value === 'string' && digits.test(value) ? Number(value) : value;
    if (typeof number !== 'number' || !(number >= 0)) return undefined;
    if (number >= maximumInt) return maximumInt;
    return Number.isInteger(number) ? number : undefined;
  },
  shape: 'number',
};

/** An amount of money; some layers write it as text. */
export const money: WireType<number | null> = {
  read: (value) => {
    const number = typeof value === 'string' && /^\d+(\.\d+)?$/.test(value) ? Number(value) : value;
    return typeof number === 'number' && Number.isFinite(number) ? number : null;
  },
  shape: 'number',
};

/**
 * The digits of a whole number. `JSON.parse` rounds larger ones: their digits are lost, and others would name something else.
 * Numbers become text here only.
 */
function digitsOf(value: unknown): string | undefined {
  return Number.isSafeInteger(value) ? String(value) : undefined;
}

/** A sid: any text of the length of a sid (docs/upstream.md, traps), or the whole number that newer guide pages have as `id`. */
export const sid: WireType<string | undefined> = {
  read: (value) => {
    const text = typeof value === 'string' ? value : digitsOf(value);
    return text !== undefined && isSidLength(text) ? text : undefined;
  },
  shape: 'text',
};

/** The sid of a campaign, which can be asked for: half of a surrogate pair has no place in a URL. */
export const campaignSid: WireType<string | undefined> = {
  read: (value) => {
    const text = sid.read(value);
    return text?.isWellFormed() === true ? text : undefined;
  },
  shape: sid.shape,
};

/** Exact text. */
export const exactText: WireType<string | undefined> = {
  read: (value) => (typeof value === 'string' ? value : undefined),
  shape: 'text',
};

/** Text, or a whole number as its digits. */
export const anyText: WireType<string | undefined> = {
  read: (value) => (typeof value === 'string' ? value : digitsOf(value)),
  shape: 'text',
};

/** Optional text. Some layers write empty text for null. */
export const text: WireType<string | null> = {
  read: (value) => (typeof value === 'string' && value !== '' ? value : null),
  shape: 'text',
};

/** A numeric id as text. */
export const numericId: WireType<string | null> = {
  read: (value) => text.read(value) ?? digitsOf(value) ?? null,
  shape: 'text',
};

/** A campaign has up to 5 lists. */
const maximumLists = 1000;

/** Sids of lists. A single one may stand alone. If one is unreadable, or there are far too many, none is read. */
export const listSids: WireType<readonly string[]> = {
  read: (value) => {
    if (value == null) return [];
    const values: readonly unknown[] = Array.isArray(value) ? value : [value];
    if (values.length > maximumLists) return [];
    const sids = values.map(anyText.read);
    return sids.every((each) => each !== undefined) ? sids : [];
  },
  shape: ['text'],
};

/** Year to seconds, any fraction, and an offset. */
const rfc3339 = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}:\d{2}(\.\d+)?(Z|[+-]\d{2}:?\d{2})$/i;

/** Time without an offset, as newer guide pages have it. Indian time is likely, but not documented (docs/upstream.md, "Contradictions"). */
const withoutOffset = /^\d{4}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$/;
const indianOffset = '+05:30';

/** Whether a text is a time without an offset. */
export function lacksOffset(time: string): boolean {
  return time.length === 19 && withoutOffset.test(time);
}

/** A day that every month has. */
const certainDay = /^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|1\d|2[0-8])/;

/** Length of `2022-08-10T17:42:00.000Z`. Years before 0 and after 9999 are longer, and not RFC 3339. */
const utcLength = 24;

/** Whether a day exists: JavaScript parses February 30 as March 2. */
function isCalendarDay(time: string): boolean {
  if (certainDay.test(time)) return true;
  const day = time.slice(0, 10);
  const date = new Date(`${day}T00:00:00Z`);
  return !Number.isNaN(date.getTime()) && date.toISOString().startsWith(day);
}

/** Remembered, since a poll reads the same rows again, and messages of a campaign share their times. */
const utcOf = memoize(
  (time): string | null => {
    const complete = lacksOffset(time) ? `${time}${indianOffset}` : time;
    const date = new Date(rfc3339.test(complete) && isCalendarDay(complete) ? complete : Number.NaN);
    const utc = Number.isNaN(date.getTime()) ? '' : date.toISOString();
    return utc.length === utcLength ? utc : null;
  },
  5000,
  null,
);

/** A time with an offset (`+05:30`), as UTC text: `2022-08-10T17:42:00.000Z`. */
export const moment: WireType<string | null> = {
  read: (value) => (typeof value === 'string' ? utcOf(value) : null),
  shape: 'moment',
};
