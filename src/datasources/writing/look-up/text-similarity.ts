/**
 * Similarity of a stored text and the text that was sent:
 * - `same`: they differ in spaces and in the composition of letters at most.
 * - `rewritten`: they have the same letters and digits. Layers between us and the store escape text for HTML, URLs or JSON, change
 *   case, and replace or drop characters (spaces, punctuation, emoji, everything that is not ASCII).
 * - `cut`: the stored text is the beginning of the sent one, rewritten or not.
 * - `near`: one contains the other; they differ only in vowel signs or in parts that layers replace; the stored text looks like a
 *   misreading of the other, or is too long to be compared.
 * - `weak`: they share one or two letters, or none because a layer may have dropped or misread them. Unrelated texts do too.
 */
export type Similarity = 'same' | 'rewritten' | 'cut' | 'near' | 'weak' | 'different';

/** Length of the shortest column for names that is expected. A shorter prefix is more likely to be another name. */
const shortestCut = 20;

/**
 * Whether a stored text is longer than any rewriting of the text that was sent: three layers of escapes make 20 characters of one
 * (`&amp;amp;eacute;`, `%2525C3%2525A9`). The upstream bounds no text, and comparisons take time.
 */
export function isTooLong(sent: string, stored: string): boolean {
  return stored.length > 20 * sent.length + 200;
}

/** Compares a stored text with the text that was sent. */
export function similarityOf(sent: string, stored: string): Similarity {
  if (isTooLong(sent, stored)) return 'near';
  if (normalized(sent) === normalized(stored)) return 'same';
  // The capitals of some letters are two (`ᾈ` becomes `ἈΙ`), of which one is a mark otherwise.
  const asSent = [...new Set([...unescaped(sent), ...withoutSymbols(sent)])];
  const sentAs = [...new Set(asSent.flatMap((text) => [letters(text), letters(text.toUpperCase())]))];
  const storedAs = unescaped(stored).map(letters);
  const isSome = (test: (one: string, other: string) => boolean): boolean =>
    sentAs.some((one) => storedAs.some((other) => test(one, other)));
  const isRewritten = isSome((one, other) => one === other && one !== '');
  if (isRewritten || isAsciiOf(sent, stored, equals) || isSameBesideSpaces(sent, stored)) return 'rewritten';
  const isLong = [...stored.slice(0, 2 * shortestCut)].length >= shortestCut;
  const whole = withoutBrokenEscape(stored);
  const cut = unescaped(whole).map(letters);
  const isCut = sentAs.some((one) => cut.some((other) => startsWith(one, other)));
  const isCutOfAscii = isAsciiOf(sent, whole, startsWith);
  if (isLong && (isCut || isCutOfAscii)) return 'cut';
  if (isCutOfAscii) return 'near';
  const isLongPart = (whole: string, part: string): boolean =>
    part.length >= fewestLetters && whole.includes(part);
  if (isSome((one, other) => isLongPart(one, other) || isLongPart(other, one))) return 'near';
  const core = coreOf(sent);
  if (core === coreOf(stored)) return core.length < fewestLetters ? 'weak' : 'near';
  if (isMisreadOf(sent, stored)) return asciiLetters(sent).length < fewestLetters ? 'weak' : 'near';
  // A layer that takes ASCII only may have had no more than the beginning.
  const mayBeAllDropped =
    asciiLetters(sent.slice(0, stored.length)) === '' || normalized(fullyUnescaped(stored)) === '';
  return isSome((one, other) => isPartOf(one, other, mayBeAllDropped) || isPartOf(other, one))
    ? 'weak'
    : 'different';
}

/** @param isEmptyPart whether a text without letters counts as a part: all letters of the other one may have been dropped. */
function isPartOf(whole: string, part: string, isEmptyPart = whole === ''): boolean {
  return part === '' ? isEmptyPart : whole.includes(part);
}

/** Normalises spaces and the composition of letters, which almost any layer may change. */
function normalized(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}

/** Tells whether two texts are the same, apart from spaces, the composition of letters, and escaping. */
export function isSameText(sent: string, stored: string): boolean {
  if (isTooLong(sent, stored)) return false;
  return (
    normalized(sent) === normalized(stored) ||
    normalized(fullyUnescaped(sent)) === normalized(fullyUnescaped(stored)) ||
    normalized(sent) === normalized(readAgain(fullyUnescaped(stored)))
  );
}

/** Tells whether two texts are the same apart from escaping, and spaces or what some layers put in their place. */
function isSameBesideSpaces(sent: string, stored: string): boolean {
  const [one, other] = [sent, stored].map((text) =>
    normalized(fullyUnescaped(text)).replaceAll(/[\s_+-]/g, ''),
  );
  return one === other && one !== '';
}

/** Marks that some layers drop: those of Latin, Greek and Cyrillic letters, and of emoji. Other marks are vowels. */
const droppedMarks = /[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/** The letters, digits and Indian vowel signs of a text, in capitals. Layers change nothing of them but the case. */
export function letters(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '')
    .replaceAll(droppedMarks, '')
    .toUpperCase();
}

/** What layers replace or drop as a whole: HTML tags, links, variables of a template, and names of emoji (`:tada:`). */
const replacedParts = /<[^<>]{0,200}>|https?:\/\/\S+|@@\w+|\{#?\w{0,40}#?\}|:[a-z0-9_+-]{1,40}:/gi;

/** The letters and digits of a text that every layer keeps: without vowel signs, which layers for Latin letters drop. */
function coreOf(text: string): string {
  return letters(fullyUnescaped(text).replaceAll(replacedParts, ' ')).replaceAll(/\p{M}/gu, '');
}

const equals = (one: string, other: string): boolean => one === other;
const startsWith = (one: string, other: string): boolean => other !== '' && one.startsWith(other);

/** A shorter run of letters is part of many texts. */
const fewestLetters = 3;

/** Tells whether a stored text is the sent one after a layer that takes ASCII only. */
function isAsciiOf(sent: string, stored: string, test: (one: string, other: string) => boolean): boolean {
  return (
    isPlainAsciiOf(sent, stored, test) || isPlainAsciiOf(fullyUnescaped(sent), fullyUnescaped(stored), test)
  );
}

function isPlainAsciiOf(
  sent: string,
  stored: string,
  test: (one: string, other: string) => boolean,
): boolean {
  const stripped = asciiLetters(stored);
  if (stripped.length < fewestLetters || letters(htmlDecoded(stored)) !== stripped) return false;
  // Composed letters are dropped with their accents; of decomposed letters only the accents are dropped.
  return [sent, sent.normalize('NFC'), sent.normalize('NFD')].some((form) =>
    test(asciiLetters(form), stripped),
  );
}

function asciiLetters(text: string): string {
  return htmlDecoded(text)
    .replaceAll(/[^0-9A-Za-z]/g, '')
    .toUpperCase();
}

/** The texts that may have become this one by escaping and misreading. */
function unescaped(text: string): string[] {
  const whole = fullyUnescaped(text);
  const read = [text, htmlDecoded(text), percentDecoded(text), jsonDecoded(text), whole, readAgain(whole)];
  return [...new Set(read)]; // mostly one
}

/** What is left of a text if a layer drops symbols, or symbols, fractions and the like. Some symbols contain letters (`№`, `™`). */
function withoutSymbols(text: string): string[] {
  return [text.replaceAll(/\p{S}/gu, ''), text.replaceAll(/[\p{S}\p{No}\p{Nl}]/gu, '')];
}

/** Windows-1252's characters for the bytes from 0x80 to 0x9f. */
const windows1252 = '€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ';
const ofOneByte = new RegExp(`^[\\0-\\xff${windows1252}]*$`);

/** Reads a text as UTF-8 that a layer has taken for Latin-1 or Windows-1252 (`Ã©` for `é`), once or more; else gives it back. */
function readAgain(text: string): string {
  let decoded = text;
  for (
    let round = 0;
    round < escapings && /[^\0-\x7f]/.test(decoded) && ofOneByte.test(decoded);
    round += 1
  ) {
    const codes = Array.from(decoded, (one) => {
      const code = one.charCodeAt(0);
      return code <= 0xff ? code : 0x80 + windows1252.indexOf(one);
    });
    const next = Buffer.from(codes)
      .toString('utf8')
      .replace(/\ufffd{1,3}$/, ''); // cut in the middle of a character
    if (next.includes('\ufffd') || next === decoded) break;
    decoded = next;
  }
  return decoded;
}

/** Whether a stored text may be the sent one, misread by a layer and changed besides: its ASCII is the same. */
function isMisreadOf(sent: string, stored: string): boolean {
  return (
    /[^\0-\x7f]/.test(sent) &&
    /[\xc2-\xf4]/.test(stored) && // the first byte of each character
    ofOneByte.test(stored) &&
    asciiLetters(sent) === asciiLetters(stored)
  );
}

/** Bounds the work on a text that was escaped many times. */
const mostRounds = 8;

/** Removes all escaping from a text, also that which it was sent with. Texts that differ only in escaping become equal. */
function fullyUnescaped(text: string): string {
  let decoded = text;
  for (let round = 0; round < mostRounds && /[&%\\]/.test(decoded); round += 1) {
    const next = jsonDecoded(percentDecoded(htmlDecoded(decoded)));
    if (next === decoded) break;
    decoded = next;
  }
  return decoded;
}

const jsonEscapes: Readonly<Record<string, string>> = { b: '\b', f: '\f', n: '\n', r: '\r', t: '\t' };

function jsonDecoded(text: string): string {
  return text.replaceAll(
    /\\(?:u([0-9a-fA-F]{4})|(["\\/bfnrt]))/g,
    (escape: string, hexDigits: string | undefined, letter: string | undefined = '') =>
      hexDigits === undefined ? (jsonEscapes[letter] ?? letter) : characterOf(escape, hexDigits),
  );
}

const namedEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** Combining marks by their name in an entity, e.g. `&eacute;`. */
const namedMarks: Readonly<Record<string, string>> = {
  acute: '\u0301',
  grave: '\u0300',
  circ: '\u0302',
  uml: '\u0308',
  tilde: '\u0303',
  cedil: '\u0327',
  ring: '\u030a',
  caron: '\u030c',
};
/** Rounds of decoding: a layer may escape what another one has escaped. Repeated ampersands take one round. */
const escapings = 3;

function htmlDecoded(text: string): string {
  let decoded = text;
  for (let round = 0; round < escapings && decoded.includes('&'); round += 1) {
    decoded = decoded
      .replaceAll(/&(?:amp;|#38;|#x26;)+/gi, '&') // an ampersand, however often it was escaped
      .replaceAll(
        /&([a-z])(acute|grave|circ|uml|tilde|cedil|ring|caron);/gi,
        (_, letter: string, mark: string) => letter + (namedMarks[mark.toLowerCase()] ?? ''),
      )
      .replaceAll(/&(lt|gt|quot|apos);/gi, (_, name: string) => namedEntities[name.toLowerCase()] ?? '')
      .replaceAll(/&#x([0-9a-f]{1,6});/gi, characterOf)
      .replaceAll(/&#(\d{1,7});/g, (_, digits: string) => character(Number(digits)))
      .replaceAll(/&[a-z][a-z0-9]{1,30};/gi, (entity) => (isCommon(entity) ? entity : ' '));
  }
  return decoded;
}

/** An escaped ampersand may precede a word and a semicolon that belong to the text. */
function isCommon(entity: string): boolean {
  return entity.slice(1, -1).toLowerCase() in namedEntities;
}

function characterOf(_: string, hexDigits: string): string {
  return character(Number.parseInt(hexDigits, 16));
}

function character(code: number): string {
  return code <= 0x10ffff ? String.fromCodePoint(code) : '';
}

function percentDecoded(text: string): string {
  return text.replaceAll(/(?:%[0-9a-f]{2})+/gi, (bytes) =>
    Buffer.from(bytes.replaceAll('%', ''), 'hex').toString('utf8'),
  );
}

/** Drops an incomplete escape at the end of a text that was cut. */
function withoutBrokenEscape(text: string): string {
  return text.replace(/(?:&#?[0-9a-z]{0,31}|%[0-9a-f]?|\\u?[0-9a-f]{0,3})$/i, '');
}

/** Shortest search term: "Min 3 letters" (API document, list, `name`). */
const shortestSearch = 3;
/** Length of the beginning of a name that is searched for. The rest may have been cut off. */
const searchedCharacters = 40;

/**
 * Search term for a name: the longest run of ASCII letters and digits near its beginning, of which layers change the case only.
 * A name that was rewritten otherwise is not found by it.
 * @returns null where no run is long enough.
 */
export function searchTermOf(name: string): string | null {
  const beginning = [...name.slice(0, 2 * searchedCharacters)].slice(0, searchedCharacters).join('');
  const runs = beginning.match(/[0-9A-Za-z]+/g) ?? [];
  const [longest = ''] = [...runs].sort((one, other) => other.length - one.length);
  return longest.length < shortestSearch ? null : longest;
}
