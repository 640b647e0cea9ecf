import { InputError } from '../../domain/errors.js';
import { type Slice } from './slice.js';

/** Far longer than any sid (32 or 36 characters): what is longer is no sid, and no proxy should have to say so. */
const maximumSidLength = 128;

/** As all that were seen are made: nothing in them is to be encoded. */
const usualSid = /^[\w-]{1,128}$/;

/** What leaves a path segment or a line of HTTP where somebody on the way decodes it, and no sid has. */
const isNoSid = /^\.{1,2}$|[\s/\\?#%;]|\p{Cc}|\p{Cs}/u;

/**
 * A sid as one path segment that cannot be escaped from. Sids are opaque, so any other character is let through, encoded.
 * @throws InputError for a blank one, for one that no upstream could have made, and for what would mean something else in
 * a path: separators, `%2e`, line breaks, and the dot segments, which every URL parser on the way may resolve.
 */
export function sidSegment(sid: string, argument: string): string {
  if (usualSid.test(sid)) return sid;
  if (sid.trim() === '') throw new InputError(argument, 'must not be blank.');
  if (isNoSid.test(sid)) throw new InputError(argument, 'is not a sid.');
  if (sid.length > maximumSidLength)
    throw new InputError(argument, `must be at most ${maximumSidLength} characters long.`);
  return encodeURIComponent(sid);
}

/**
 * The query string of one window of a list; `channel` is mandatory, says the document.
 * @param rest what else is asked for; what is undefined is left out.
 */
export function windowQuery(
  { offset, limit }: Slice,
  rest: Readonly<Record<string, string | undefined>>,
): string {
  let query = `?channel=sms&offset=${offset}&limit=${limit}`;
  for (const name in rest) {
    const value = rest[name];
    if (value !== undefined) query += `&${name}=${encodeURIComponent(value.toWellFormed())}`;
  }
  return query;
}
