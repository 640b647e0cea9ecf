import { InputError } from '../errors.js';
import { isBlank, isLongerThan } from '../text.js';

/** Far longer than real sids, which have 32 or 36 characters (docs/upstream.md, traps). */
export const maximumSidLength = 128;

/** Form of all sids seen so far; it needs no URL encoding. */
const usualSid = /^[\w-]{1,128}$/;

/** Text that could leave its path segment or HTTP line if a layer decodes it; no sid contains it. */
const unsafeSid = /^\.{1,2}$|[\s/\\?#%;]|\p{Cc}|\p{Cs}/u;

/** Whether a text has the length of a sid. */
export function isSidLength(text: string): boolean {
  return text.length > 0 && !isLongerThan(text, maximumSidLength);
}

/**
 * Problem of a client's sid, as the end of a sentence; undefined if it may be sent to the upstream. Sids are opaque, so only
 * blank and very long ones are refused, and those that change the meaning of a path: separators, `%2e`, line breaks and
 * dot segments, which any URL parser on the way may resolve (docs/decisions/dot-segments.md).
 */
export function sidProblem(sid: string): string | undefined {
  if (usualSid.test(sid)) return undefined;
  if (isLongerThan(sid, maximumSidLength)) return `must be at most ${maximumSidLength} characters long.`;
  if (isBlank(sid)) return 'must not be blank.';
  return unsafeSid.test(sid)
    ? 'is not a sid: spaces, control characters, "/", "\\", "?", "#", "%", ";", and "." or ".." alone are not allowed.'
    : undefined;
}

/** Whether two sids are those of one campaign: the upstream may answer in another case than it was asked. */
export function isSameSid(one: string | undefined, other: string): boolean {
  return one?.toLowerCase() === other.toLowerCase();
}

/**
 * Checks a client's sid before it is used as a key or sent to the upstream.
 * @param argument path of the argument, for the error.
 * @throws InputError for a sid that may not be sent to the upstream.
 */
export function checkSid(sid: string, argument: string): void {
  const problem = sidProblem(sid);
  if (problem !== undefined) throw new InputError(argument, problem);
}
