/**
 * How long texts may be that come from outside and are kept, used as a key, or sent on: many times what any real one has,
 * in UTF-16 units. Sids are in sid.ts, templates in template.ts.
 */

/** Of a phone number: E.164 has 15 digits, and some are written with signs and blanks. */
export const maximumNumberLength = 64;
/** Of a status as the upstream writes it: the document's longest has 20 letters. */
const maximumStatusLength = 64;

/** Whether a text has the length of a phone number, masked ones and none included. */
export function isNumberLength(text: string): boolean {
  return text.length <= maximumNumberLength;
}

/** Whether a word has the length of a status. */
export function isStatusLength(word: string): boolean {
  return word.length <= maximumStatusLength;
}
