/** A JSON object. */
export type JsonObject = Readonly<Record<string, unknown>>;

/** Whether a value is an object and not a list. */
export function isObject(value: unknown): value is JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** No API here nests deeper than 10 levels. Deeper JSON could overflow the stack of code that walks it. */
const maximumNesting = 100;
/** No object here has as many. V8 takes microseconds for each further key that no other object has. */
const maximumMembers = 10_000;
/** Why `parseJson` rejects a text, as the end of a sentence. */
export const jsonRule = `is not valid JSON, or exceeds ${maximumNesting} levels or ${maximumMembers} members of an object.`;
/** Memory of one parsed text, besides its characters. An answer of 50 rows takes less than one megabyte. */
const maximumParsedBytes = 48 * 1024 ** 2;
/** Shorter texts can't take more memory than that: they are parsed first and checked afterwards, which is faster. */
const smallCharacters = 64 * 1024;
/** Some programs write it before JSON; `JSON.parse` refuses it. */
const byteOrderMark = 0xfeff;

/** Memory of parsed JSON in bytes, besides its characters: of each object or list, each member, and each item. */
export const parsedSizes = { container: 64, member: 80, item: 24 } as const;

/**
 * Parses JSON that comes from outside: requests, callbacks, upstream responses, key sets. Time is linear in its length
 * and memory is bounded.
 * @returns undefined for a text that is not JSON, nests deeper than 100 levels, has an object of more than 10,000 members, or
 *   would take more than 48 MB of memory.
 */
export function parseJson(marked: string): unknown {
  const text = marked.charCodeAt(0) === byteOrderMark ? marked.slice(1) : marked;
  if (text.length > smallCharacters && !isBounded(text)) return undefined;
  try {
    const json = JSON.parse(text) as unknown; // does not recurse
    return text.length <= smallCharacters && isDeeper(json, maximumNesting) ? undefined : json;
  } catch {
    return undefined;
  }
}

const [quote, backslash, comma, colon] = [0x22, 0x5c, 0x2c, 0x3a];
const [openBracket, closeBracket, openBrace, closeBrace] = [0x5b, 0x5d, 0x7b, 0x7d];

/**
 * Bounds nesting, members and memory before anything is parsed. JSON of megabytes can take fifty times its length: each bracket
 * becomes a list.
 */
function isBounded(text: string): boolean {
  let depth = 0;
  const members = [0]; // of the object that is open at each depth
  let bytes = 0;
  for (let index = 0; index < text.length; index += 1)
    switch (text.charCodeAt(index)) {
      case quote:
        index = endOfString(text, index);
        break;
      case openBracket:
      case openBrace:
        depth += 1;
        bytes += parsedSizes.container;
        members[depth] = 0;
        if (depth > maximumNesting || bytes > maximumParsedBytes) return false;
        break;
      case closeBracket:
      case closeBrace:
        depth -= 1;
        break;
      case colon:
        bytes += parsedSizes.member;
        members[depth] = (members[depth] ?? 0) + 1;
        if ((members[depth] ?? 0) > maximumMembers) return false;
        break;
      case comma:
        bytes += parsedSizes.item;
        break;
    }
  return bytes <= maximumParsedBytes;
}

/** The index of the quote that ends a string, or the text's length. */
function endOfString(text: string, start: number): number {
  let index = start + 1;
  for (; index < text.length; index += 1) {
    const code = text.charCodeAt(index);
    if (code === quote) return index;
    if (code === backslash) index += 1;
  }
  return index;
}

/**
 * Called for lists and objects only: most values of a row are neither, and a call would cost more than the check. A list
 * is walked by index, because `for in` would make a string of each index.
 */
function isDeeper(value: unknown, levels: number): boolean {
  if (typeof value !== 'object' || value === null) return false;
  if (levels === 0) return true;
  if (Array.isArray(value)) {
    for (const each of value as readonly unknown[])
      if (typeof each === 'object' && each !== null && isDeeper(each, levels - 1)) return true;
    return false;
  }
  const values = value as Readonly<Record<string, unknown>>;
  for (const key in values) {
    const each = values[key];
    if (typeof each === 'object' && each !== null && isDeeper(each, levels - 1)) return true;
  }
  return false;
}
