import { isAscii, transcode } from 'node:buffer';

/** Some layers write it before JSON. */
const byteOrderMark = 0xfeff;

/**
 * Decodes UTF-8 without a byte order mark. Text with an emoji or in an Indian language is transcoded: `toString('utf8')` takes
 * three times as long.
 * @param bytes invalid sequences become U+FFFD.
 */
export function utf8Text(bytes: Buffer): string {
  const text = isAscii(bytes) ? bytes.toString('latin1') : transcoded(bytes);
  return text.charCodeAt(0) === byteOrderMark ? text.slice(1) : text;
}

/** `transcode` throws for invalid UTF-8. */
function transcoded(bytes: Buffer): string {
  try {
    return transcode(bytes, 'utf8', 'utf16le').toString('utf16le');
  } catch {
    return bytes.toString('utf8');
  }
}
