import { utf8Text } from '../utf8-text.js';
import { parseJson } from './json.js';

/**
 * Reads the body of a callback, "as JSON or as a form (pages disagree: take both)": docs/upstream.md, limits. What it is
 * shows in the body; of the content type only the charset and the boundary of a multipart form count.
 * @returns undefined for broken JSON; fields, perhaps none, for anything else.
 */
export function readCallbackBody(bytes: Buffer, contentType = ''): unknown {
  const text = textOf(bytes, contentType).trim();
  if (text.startsWith('{')) return parseJson(text);
  const boundary = boundaryIn(contentType);
  return fieldsOf(boundary === undefined ? new URLSearchParams(text) : partsOf(text, boundary));
}

type Pair = readonly [name: string, value: string];

/** What stands in place of a field that is given twice, with two values: which of them is meant can't be told. */
const ambiguous: readonly never[] = [];

function fieldsOf(pairs: Iterable<Pair>): Readonly<Record<string, unknown>> {
  const fields = new Map<string, unknown>();
  for (const [name, value] of pairs)
    fields.set(name, !fields.has(name) || fields.get(name) === value ? value : ambiguous);
  return Object.fromEntries(fields);
}

/** RFC 7578: each part has headers, an empty line and a value. */
function partsOf(text: string, boundary: string): Pair[] {
  return text.split(`--${boundary}`).flatMap((part): Pair[] => {
    const end = part.indexOf('\r\n\r\n');
    const name = /\bname="([^"]{1,64})"/i.exec(part.slice(0, Math.max(0, end)))?.[1];
    const value = part.slice(end + 4);
    return name === undefined ? [] : [[name, value.endsWith('\r\n') ? value.slice(0, -2) : value]];
  });
}

function boundaryIn(contentType: string): string | undefined {
  if (!/^multipart\/form-data\b/i.test(contentType)) return undefined;
  return /;\s*boundary\s*=\s*"?([^\s;"]{1,70})/i.exec(contentType)?.[1];
}

/** A mark of the order of bytes says more than a content type; a charset that nobody knows says nothing. */
function textOf(bytes: Buffer, contentType: string): string {
  const charset = charsetByMark(bytes) ?? /;\s*charset\s*=\s*"?([\w.:-]{1,40})/i.exec(contentType)?.[1];
  if (charset === undefined) return utf8Text(bytes);
  try {
    return new TextDecoder(charset).decode(bytes);
  } catch {
    return utf8Text(bytes);
  }
}

function charsetByMark([first, second, third]: Buffer): string | undefined {
  if (first === 0xef && second === 0xbb && third === 0xbf) return 'utf-8';
  if (first === 0xff && second === 0xfe) return 'utf-16le';
  return first === 0xfe && second === 0xff ? 'utf-16be' : undefined;
}
