import { checkSid } from '../../domain/sid.js';
import { type Slice } from './slice.js';

/**
 * A sid as one path segment that cannot be escaped from; characters beyond the usual ones are encoded.
 * @param argument names the sid in the error.
 * @throws InputError for what the upstream can't be asked for.
 */
export function sidSegment(sid: string, argument: string): string {
  checkSid(sid, argument);
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
