/**
 * How a stored text is like the one that was sent:
 * - `same`: but for spaces and the composition of letters.
 * - `rewritten`: the same letters and digits. Layers escape text for HTML or URLs, replace or drop what they don't take
 *   (spaces, punctuation, emoji, all that is not ASCII), and change case.
 * - `cut`: rewritten or not, its beginning.
 * - `near`: the one contains the other.
 */
export type Similarity = 'same' | 'rewritten' | 'cut' | 'near' | 'different';

/** No column for names is shorter: what is shorter and the beginning of a name is rather another name. */
const shortestCut = 20;

/** Compares a stored text with the one that was sent. */
export function similarityOf(sent: string, stored: string): Similarity {
  if (normalized(sent) === normalized(stored)) return 'same';
  const sentAs = unescaped(sent).map(letters);
  const storedAs = unescaped(stored).map(letters);
  const isSome = (test: (one: string, other: string) => boolean): boolean =>
    sentAs.some((one) => storedAs.some((other) => test(one, other)));
  if (isSome((one, other) => one === other && one !== '') || isAsciiOf(sent, stored, equals))
    return 'rewritten';
  const isLong = [...stored.slice(0, 2 * shortestCut)].length >= shortestCut;
  const cut = unescaped(withoutBrokenEscape(stored)).map(letters);
  const isCut = sentAs.some((one) => cut.some((other) => startsWith(one, other)));
  if (isLong && (isCut || isAsciiOf(sent, withoutBrokenEscape(stored), startsWith))) return 'cut';
  return isSome((one, other) => one.includes(other) || other.includes(one)) ? 'near' : 'different';
}

/** A text without what almost any layer may normalise: runs of spaces, spaces around it, the composition of letters. */
function normalized(text: string): string {
  return text.normalize('NFC').replaceAll(/\s+/g, ' ').trim();
}

/** Tells whether two texts are the same, but for spaces, composition, and how often either is escaped. */
export function isSameText(sent: string, stored: string): boolean {
  return (
    normalized(sent) === normalized(stored) ||
    normalized(fullyUnescaped(sent)) === normalized(fullyUnescaped(stored))
  );
}

/** Marks of Latin, Greek and Cyrillic letters, which some layers drop, and those of emoji. The other marks are vowels. */
const droppedMarks = /[\u0300-\u036f\u20d0-\u20ff\ufe00-\ufe0f\u{e0100}-\u{e01ef}]/gu;

/** What no layer changes but for case: letters, digits and the vowel signs of India's scripts, in capitals. */
export function letters(text: string): string {
  return text
    .normalize('NFKD')
    .replaceAll(/[^\p{L}\p{N}\p{M}]/gu, '')
    .replaceAll(droppedMarks, '')
    .toUpperCase();
}

const equals = (one: string, other: string): boolean => one === other;
const startsWith = (one: string, other: string): boolean => other !== '' && one.startsWith(other);

/** What is shorter is in many texts. */
const fewestLetters = 3;

/** Whether a stored text is what a layer that takes ASCII alone made of the one that was sent. */
function isAsciiOf(sent: string, stored: string, test: (one: string, other: string) => boolean): boolean {
  const kept = asciiLetters(stored);
  if (kept.length < fewestLetters || letters(htmlDecoded(stored)) !== kept) return false;
  // A layer may compose or decompose letters before it drops what is not ASCII: an accent takes its letter along, or not.
  return [sent, sent.normalize('NFC'), sent.normalize('NFD')].some((form) => test(asciiLetters(form), kept));
}

function asciiLetters(text: string): string {
  return htmlDecoded(text)
    .replaceAll(/[^0-9A-Za-z]/g, '')
    .toUpperCase();
}

/** A text as it may have been before some layer escaped it. */
function unescaped(text: string): string[] {
  return [text, htmlDecoded(text), percentDecoded(text), jsonDecoded(text), fullyUnescaped(text)];
}

/** A text that was escaped more often, and in turns, is not compared any further. */
const mostRounds = 8;

/** A text without any escaping, its own included: in that two texts of which one was escaped once more are alike. */
function fullyUnescaped(text: string): string {
  let decoded = text;
  for (let round = 0; round < mostRounds && /[&%\\]/.test(decoded); round += 1) {
    const next = jsonDecoded(percentDecoded(htmlDecoded(decoded)));
    if (next === decoded) break;
    decoded = next;
  }
  return decoded;
}

function jsonDecoded(text: string): string {
  return text.replaceAll(/\\u([0-9a-f]{4})/gi, characterOf);
}

const namedEntities: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };
/** The marks of entities such as `&eacute;`. */
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
/** So often some layers escape what others escaped already, beside ampersands. */
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

/** An escaped ampersand may stand before a word and a semicolon of the text's own. */
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

/** Without the escape in the middle of which a text was cut. */
function withoutBrokenEscape(text: string): string {
  return text.replace(/(?:&#?[0-9a-z]{0,31}|%[0-9a-f]?|\\u?[0-9a-f]{0,3})$/i, '');
}

/** "Min 3 letters" (API document, list, `name`). */
const shortestSearch = 3;
/** What is behind it may have been cut off. */
const searchedCharacters = 40;

/**
 * A part of a name to search for: the longest run of ASCII letters and digits near its beginning, which no layer rewrites
 * but for case; null where there is none that is long enough. What a search does not find may be there nevertheless.
 */
export function searchTermOf(name: string): string | null {
  const beginning = [...name.slice(0, 2 * searchedCharacters)].slice(0, searchedCharacters).join('');
  const runs = beginning.match(/[0-9A-Za-z]+/g) ?? [];
  const [longest = ''] = [...runs].sort((one, other) => other.length - one.length);
  return longest.length < shortestSearch ? null : longest;
}
