import { InputError } from '../../domain/errors.js';

/** Far longer than any sid (32 or 36 characters): what is longer is no sid, and no proxy should have to say so. */
const maximumSidLength = 128;

/**
 * A sid as one path segment that cannot be escaped from.
 *
 * Sids are opaque, so any character is let through, encoded. Not encodable are an empty segment (it would read
 * the list) and the dot segments, which every URL parser on the way may resolve, `%2e%2e` too.
 * @throws InputError for those, and for one that no upstream could have made.
 */
export function sidSegment(sid: string, argument: string): string {
  if (sid.trim() === '') throw new InputError(argument, 'must not be blank.');
  if (/^\.{1,2}$/.test(sid)) throw new InputError(argument, 'is not a sid.');
  if (sid.length > maximumSidLength)
    throw new InputError(argument, `must be at most ${maximumSidLength} characters long.`);
  return encodeURIComponent(sid.toWellFormed());
}

/** A query string; what is undefined is left out. */
export function queryString(parameters: Readonly<Record<string, string | number | undefined>>): string {
  const said = Object.entries(parameters).flatMap(([name, value]) =>
    value === undefined ? [] : [`${name}=${encodeURIComponent(String(value).toWellFormed())}`],
  );
  return said.length === 0 ? '' : `?${said.join('&')}`;
}
