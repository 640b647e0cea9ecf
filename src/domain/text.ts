import { isAscii, transcode } from 'node:buffer';

/** Counts characters as code points: an emoji is one, not two (docs/decisions/characters.md). */
export function lengthInCharacters(text: string): number {
  return [...text].length;
}

/** Whether a text has more characters than a maximum. A text that is far too long is not counted. */
export function isLongerThan(text: string, maximum: number): boolean {
  if (text.length <= maximum) return false;
  return text.length > 2 * maximum || lengthInCharacters(text) > maximum;
}

/** Whether a text has a zero byte or half of a surrogate pair, which no layer beyond the gateway preserves. */
export function isGarbled(text: string): boolean {
  return text.includes('\0') || !text.isWellFormed();
}

/** Why `isPercentEncoded` is false for a query string, as the end of a sentence. */
export const encodingRule = 'has a percent sign that begins no escape, or escapes that are not UTF-8.';

/** Whether every percent sign of a query string begins an escape, and all escapes are UTF-8. */
export function isPercentEncoded(query: string): boolean {
  try {
    decodeURIComponent(query);
    return true;
  } catch {
    return false;
  }
}

/** Spaces, and the characters that no font shows: zero-width ones, joiners, fillers, controls and the blank Braille cell. */
const onlyInvisible = /^[\s\p{Default_Ignorable_Code_Point}\p{Cc}\u2800\ufff9-\ufffb]*$/u;

/** Whether a text shows nothing to its reader. */
export function isBlank(text: string): boolean {
  return onlyInvisible.test(text) && !text.includes('\0');
}

/** More bytes than these are decoded within the heap. */
const largeBytes = 1024 * 1024;

/**
 * Decodes UTF-8; invalid sequences become U+FFFD. Text with an emoji or in an Indian language is transcoded: `toString('utf8')`
 * takes three times as long. But `transcode` takes four bytes a character outside the heap, where garbage is collected late,
 * and `toString` two in the heap.
 */
export function utf8Text(bytes: Buffer): string {
  if (isAscii(bytes)) return bytes.toString('latin1');
  if (bytes.length > largeBytes) return bytes.toString('utf8');
  try {
    return transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
  } catch {
    return bytes.toString('utf8'); // `transcode` throws for invalid UTF-8
  }
}

/** Letters to add, remove, replace or swap with their neighbour (optimal string alignment). */
export function editsBetween(a: string, b: string): number {
  let [beforeLast, last]: [number[], number[]] = [
    [],
    Array.from({ length: b.length + 1 }, (_, index) => index),
  ];
  for (let i = 1; i <= a.length; i += 1) {
    const row = [i];
    for (let j = 1; j <= b.length; j += 1) {
      const replaced = at(last, j - 1) + (a[i - 1] === b[j - 1] ? 0 : 1);
      const isSwapped = i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1];
      const swapped = isSwapped ? at(beforeLast, j - 2) + 1 : Infinity;
      row.push(Math.min(replaced, at(last, j) + 1, at(row, j - 1) + 1, swapped));
    }
    [beforeLast, last] = [last, row];
  }
  return at(last, b.length);
}

function at(row: readonly number[], index: number): number {
  return row[index] ?? Infinity;
}
