import { InputError } from './errors.js';
import { isLongerThan } from './text.js';

/** Far longer than any sid (32 or 36 characters): docs/upstream.md, traps. */
export const maximumSidLength = 128;

/** As all that were seen are made: nothing in them is to be encoded. */
const usualSid = /^[\w-]{1,128}$/;

/** What leaves a path segment or a line of HTTP where somebody on the way decodes it, and no sid has. */
const isNoSid = /^\.{1,2}$|[\s/\\?#%;]|\p{Cc}|\p{Cs}/u;

/** Whether a text has the length of a sid. */
export function isSidLength(text: string): boolean {
  return text.length > 0 && !isLongerThan(text, maximumSidLength);
}

/**
 * What is wrong with a sid that a client gave, as the end of a sentence; undefined where the upstream can be asked for it.
 * Sids are opaque: refused are blank ones, ones that no upstream could have made, and what would mean something else in a
 * path: separators, `%2e`, line breaks, and the dot segments, which every URL parser on the way may resolve.
 */
export function sidProblem(sid: string): string | undefined {
  if (usualSid.test(sid)) return undefined;
  if (isLongerThan(sid, maximumSidLength)) return `must be at most ${maximumSidLength} characters long.`;
  if (sid.trim() === '') return 'must not be blank.';
  return isNoSid.test(sid) ? 'is not a sid.' : undefined;
}

/**
 * Checks a sid before it is looked up, kept as a key or sent anywhere.
 * @param argument names it in the error, as the client wrote it.
 * @throws InputError for one that the upstream can't be asked for.
 */
export function checkSid(sid: string, argument: string): void {
  const problem = sidProblem(sid);
  if (problem !== undefined) throw new InputError(argument, problem);
}
