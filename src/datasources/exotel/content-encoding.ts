import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

type Decoder = (bytes: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer>;

const [gunzipped, inflated, inflatedRaw, unbrotlied] = [gunzip, inflate, inflateRaw, brotliDecompress].map(
  (decode) => promisify(decode) as Decoder,
) as [Decoder, Decoder, Decoder, Decoder];

/** RFC 9110, 8.4.1. "deflate" is a zlib stream; some servers send the bare deflate data in its place. */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', gunzipped],
  ['x-gzip', gunzipped],
  ['deflate', (bytes, limits) => (isZlib(bytes) ? inflated : inflatedRaw)(bytes, limits)],
  ['br', unbrotlied],
]);

/** No server stacks more; each costs the work of a whole answer. */
const maximumEncodings = 4;

/**
 * The encodings of a body, in the order in which they were applied; empty for a body that is not encoded.
 *
 * A body without the header is looked at as well ("an answer may be compressed though nothing was said of encodings",
 * docs/upstream.md): no JSON text begins as a gzip or zlib stream does.
 * @param header `Content-Encoding`: a list, in one header or in several.
 */
export function contentEncodings(header: string | readonly string[] | undefined, body: Buffer): string[] {
  if (body.length === 0) return [];
  if (header === undefined) return isGzip(body) ? ['gzip'] : isZlib(body) ? ['deflate'] : [];
  return String(header)
    .toLowerCase()
    .split(',')
    .map((encoding) => encoding.trim())
    .filter((encoding) => encoding !== '' && encoding !== 'identity');
}

/**
 * Decodes a body.
 * @param maximumBytes the most that any step may come to; memory and time are bounded by it.
 * @returns undefined for an encoding that is not known, a broken body, or one that comes to more.
 */
export async function decoded(
  body: Buffer,
  encodings: readonly string[],
  maximumBytes: number,
): Promise<Buffer | undefined> {
  if (encodings.length > maximumEncodings) return undefined;
  try {
    let bytes = body;
    for (const encoding of [...encodings].reverse()) {
      const decode = decoders.get(encoding);
      if (!decode) return undefined;
      bytes = await decode(bytes, { maxOutputLength: maximumBytes });
    }
    return bytes;
  } catch {
    return undefined;
  }
}

function isGzip([first, second]: Buffer): boolean {
  return first === 0x1f && second === 0x8b;
}

/** RFC 1950, 2.2: deflate with a window of at most 32 kB, and a check of the first two bytes. */
function isZlib([first = 0, second = 0]: Buffer): boolean {
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0;
}
