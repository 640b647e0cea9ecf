/**
 * How long texts may be that come from outside and are kept, used as a key, or sent on: many times what any real one has,
 * in UTF-16 units. Sids are in sid.ts, templates in template.ts.
 */

/** Of a phone number: E.164 has 15 digits, and some are written with signs and blanks. */
export const maximumNumberLength = 64;
/** Of a status as the upstream writes it: the document's longest has 20 letters. */
export const maximumStatusLength = 64;
/** Of a part of a name to search for. */
export const maximumSearchLength = 200;
/** Of a campaign's name; the document has no maximum. */
export const maximumNameLength = 1000;
/** Of a DLT id: "Numeric Value"s of 19 digits or more. */
export const maximumDltIdLength = 64;
/** Of a sender, which has 6 letters or a few digits. */
export const maximumSenderLength = 64;
/** Of a callback's address: what browsers and proxies take. */
export const maximumUrlLength = 2048;
/** Of a cursor: longer than any that is made here, though a name may be in it. */
export const maximumCursorLength = 8192;
