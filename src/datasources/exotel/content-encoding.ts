import { promisify } from 'node:util';
import { brotliDecompress, gunzip, inflate, inflateRaw } from 'node:zlib';

type Decoder = (bytes: Buffer, limits: { readonly maxOutputLength: number }) => Promise<Buffer>;

const [decodeGzip, decodeZlib, decodeBare] = [promisify(gunzip), promisify(inflate), promisify(inflateRaw)];

/** RFC 9110, 8.4.1. "deflate" means a zlib stream, but some servers send bare deflate data. */
const decoders: ReadonlyMap<string, Decoder> = new Map<string, Decoder>([
  ['gzip', decodeGzip],
  ['x-gzip', decodeGzip],
  ['deflate', (bytes, limits) => (isZlib(bytes) ? decodeZlib : decodeBare)(bytes, limits)],
  ['br', promisify(brotliDecompress)],
]);

/** No server stacks more encodings; each takes as much work as a whole response. */
const maximumEncodings = 4;

/**
 * Encodings of a body in the order of their application. A body without the header is inspected ("an answer may be compressed
 * though nothing was said of encodings", docs/upstream.md): JSON never begins like gzip or zlib.
 * @param header `Content-Encoding`: a list, in one header or in several.
 */
export function contentEncodings(header: string | readonly string[] | undefined, body: Buffer): string[] {
  if (body.length === 0) return [];
  if (header === undefined) return isGzip(body) ? ['gzip'] : isZlib(body) ? ['deflate'] : [];
  const encodings = String(header).toLowerCase().split(',');
  return encodings.map((each) => each.trim()).filter((each) => each !== '' && each !== 'identity');
}

/**
 * Decodes a body.
 * @param maximumBytes maximum size after each step; it bounds memory and time.
 * @returns undefined for an unknown encoding, a broken body, or a larger result.
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

/** RFC 1950, 2.2: deflate with a window of at most 32 kB, and a checksum of the first two bytes. */
function isZlib([first = 0, second = 0]: Buffer): boolean {
  return (first & 0x0f) === 8 && first >> 4 <= 7 && (first * 256 + second) % 31 === 0;
}
