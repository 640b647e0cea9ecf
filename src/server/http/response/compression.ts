import { promisify } from 'node:util';
import { brotliCompress, constants, gzip } from 'node:zlib';
import { type FastifyInstance, type FastifyReply } from 'fastify';
import { LRUCache } from 'lru-cache';
import Negotiator from 'negotiator';
import { varyBy } from '../negotiation.js';

/** Encodings of responses, the smallest first. */
const encodings = ['br', 'gzip', 'identity'] as const;
export type Encoding = (typeof encodings)[number];

/** Smaller responses fit into one packet, compressed or not. */
const minimumBytes = 1024;
/** Texts compress well; everything else is sent as it is. */
const compressible = /^(?:text\/(?!event-stream)|application\/(?:json|graphql-response\+json))/;

/** Bounds of the cache of negotiated encodings; clients send a few different headers. */
const [maximumHeaders, longestHeader] = [100, 200];
const negotiated = new LRUCache<string, readonly Encoding[]>({ max: maximumHeaders });

/** The encodings that a client accepts, the best first (RFC 9110, 12.5.3). */
function accepted(acceptEncoding: string): readonly Encoding[] {
  const known = negotiated.get(acceptEncoding);
  if (known) return known;
  const headers = { 'accept-encoding': acceptEncoding.toLowerCase() };
  const found = new Negotiator({ headers }).encodings(encodings, { preferred: encodings });
  if (acceptEncoding.length <= longestHeader) negotiated.set(acceptEncoding, found);
  return found;
}

/**
 * The encoding of a response.
 * @param bytes its size. A small one is compressed only for a client that accepts nothing else. One that accepts nothing
 *   at all gets `identity`: its operation has been executed, and a refusal would hide that.
 */
export function encodingFor(acceptEncoding: string | undefined, bytes: number): Encoding {
  if (acceptEncoding === undefined) return 'identity';
  const all = accepted(acceptEncoding);
  if (bytes < minimumBytes && all.includes('identity')) return 'identity';
  return all[0] ?? 'identity';
}

const compressBrotli = promisify(brotliCompress);
const compressGzip = promisify(gzip);

/** Brotli's quality for responses: twice as fast as 5, and a tenth larger. */
const responseQuality = 4;
/** Brotli's window: 256 KiB, since each compression takes several times this memory; the default is 4 MiB. */
const windowBits = 18;

/** Encodes off the event loop. @param quality of Brotli. */
export function encode(bytes: Buffer, encoding: Encoding, quality = responseQuality): Promise<Buffer> {
  switch (encoding) {
    case 'br':
      return compressBrotli(bytes, {
        params: {
          [constants.BROTLI_PARAM_QUALITY]: quality,
          [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length,
          [constants.BROTLI_PARAM_LGWIN]: windowBits,
        },
      });
    case 'gzip':
      return compressGzip(bytes);
    case 'identity':
      return Promise.resolve(bytes);
  }
}

/** Bounds on responses that are being compressed. Beyond them responses are sent as they are: memory matters more. */
const [maximumAtOnce, maximumBytesAtOnce] = [8, 8 * 1024 * 1024];
let running = 0;
let runningBytes = 0;

/**
 * Compresses a response, and sets its headers.
 * @returns the bytes to send; the same if they are not to be compressed, or cannot be now.
 */
export async function compressed(reply: FastifyReply, bytes: Buffer): Promise<Buffer> {
  const encoding = encodingFor(reply.request.headers['accept-encoding'], bytes.length);
  const isFull = running >= maximumAtOnce || runningBytes + bytes.length > maximumBytesAtOnce;
  if (encoding === 'identity' || isFull) return bytes;
  running += 1;
  runningBytes += bytes.length;
  try {
    const encoded = await encode(bytes, encoding);
    reply.header('content-encoding', encoding);
    return encoded;
  } finally {
    running -= 1;
    runningBytes -= bytes.length;
  }
}

/** Compresses all responses of Fastify's routes for clients that accept it. Event streams bypass Fastify. */
export function compressResponses(app: FastifyInstance): void {
  app.addHook('onSend', ({ headers }, reply, payload, done) => {
    const isText = typeof payload === 'string' || Buffer.isBuffer(payload);
    const isCompressible = isText && payload.length > 0 && mayCompress(reply);
    const size = isCompressible ? Buffer.byteLength(payload) : 0;
    if (!isCompressible || encodingFor(headers['accept-encoding'], size) === 'identity') done(null, payload);
    else
      compressed(reply, Buffer.isBuffer(payload) ? payload : Buffer.from(payload)).then(
        (bytes) => {
          done(null, bytes);
        },
        (error: unknown) => {
          done(error as Error);
        },
      );
  });
}

/** False for a response that is encoded already or is not text. Any other depends on the header. */
function mayCompress(reply: FastifyReply): boolean {
  if (reply.hasHeader('content-encoding')) return false;
  if (!compressible.test(String(reply.getHeader('content-type')))) return false;
  if (!String(reply.getHeader('vary')).includes('accept-encoding')) varyBy(reply, 'accept-encoding');
  return true;
}
