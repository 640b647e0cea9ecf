import { isAscii, transcode } from 'node:buffer';

/** The document nests 6 levels deep. What is deeper than this could overflow the stack of whatever walks it. */
const maximumNesting = 100;

/** Reads JSON; undefined for what is none, and for what nests deeper than any answer of this API. */
export function parseJson(text: string): unknown {
  try {
    const json = JSON.parse(text) as unknown; // which does not recurse
    return isDeeper(json, maximumNesting) ? undefined : json;
  } catch {
    return undefined;
  }
}

/**
 * Called for lists and objects alone: most values of a row are neither, and calls would cost more than the check. Lists
 * are walked by index: of a million values `for in` would make as many texts.
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

/** What some layers write before JSON, and no JSON begins with. */
const byteOrderMark = 0xfeff;

/**
 * An answer's bytes as text, less a mark of their order. What has one emoji in it is not ASCII, nor are India's languages,
 * and such bytes `toString('utf8')` reads one after the other, in three times the time of `transcode`.
 * @param bytes UTF-8; what is none becomes U+FFFD.
 */
export function utf8Text(bytes: Buffer): string {
  const text = isAscii(bytes) ? bytes.toString('latin1') : wideText(bytes);
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

/** It takes valid UTF-8 alone, and throws for anything else. */
function wideText(bytes: Buffer): string {
  try {
    return transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
  } catch {
    return bytes.toString('utf8');
  }
}
