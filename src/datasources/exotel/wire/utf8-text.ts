import { isAscii, transcode } from 'node:buffer';

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
