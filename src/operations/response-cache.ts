import { LRUCache } from 'lru-cache';
import { type UsedEntry } from '../datasources/cache/read-report.js';
import { entryBytes, textBytes } from '../domain/entry-size.js';
import { type ResponseLookup, type Telemetry } from '../domain/telemetry.js';

/** A response as it was sent, with everything needed to send it again. */
export interface CachedResponse {
  readonly body: Buffer;
  /** The same body compressed, by content coding. */
  readonly encoded: Readonly<Record<string, Buffer>>;
  readonly contentType: string;
  /** For metrics, logs and traces. */
  readonly operationName: string | undefined;
  /** Whether it contains messages, which are personal data. */
  readonly hasMessages: boolean;
  /** Whether it depends on the caller's scopes. */
  readonly dependsOnCaller: boolean;
  /** Header by which shared caches find it again. */
  readonly cacheTag: string | undefined;
  /** All cache entries behind it. */
  readonly entries: readonly UsedEntry[];
}

/** A cached response that may be sent in place of a new one. */
export interface FreshResponse {
  readonly response: CachedResponse;
  /** Remaining freshness. */
  readonly freshForMs: number;
}

interface ResponseCacheOptions {
  /** Bytes of all responses together. */
  readonly maximumBytes: number;
  readonly telemetry: Pick<Telemetry, 'responseLookedUp'>;
}

/** Memory of the buffer of a body, besides its bytes. */
const bytesPerBody = 350;

/**
 * Responses as bytes, by request and scopes. There is no invalidation to forget: each lookup checks that every cache entry
 * behind the response is still cached and fresh (docs/decisions/response-bytes.md).
 */
export class ResponseCache {
  readonly #cache: LRUCache<string, CachedResponse>;
  readonly #telemetry: ResponseCacheOptions['telemetry'];

  constructor({ maximumBytes, telemetry }: ResponseCacheOptions) {
    this.#telemetry = telemetry;
    this.#cache = new LRUCache({ maxSize: maximumBytes, sizeCalculation: bytesOf });
  }

  /** Number of responses, and their estimated memory. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#cache.size, bytes: this.#cache.calculatedSize };
  }

  /** Empties the cache. */
  evict(): void {
    this.#cache.clear();
  }

  /** The response under a key, if it is fresh. An undefined key counts as a bypass. */
  find(key: string | undefined): FreshResponse | undefined {
    if (key === undefined) return this.#found('bypass');
    const response = this.#cache.get(key);
    if (!response) return this.#found('miss');
    const freshForMs = freshFor(response);
    if (freshForMs !== undefined) return this.#found('hit', { response, freshForMs });
    this.#cache.delete(key);
    return this.#found('stale');
  }

  /** Stores a response, unless an entry behind it has changed meanwhile. */
  store(key: string, response: CachedResponse): void {
    if (freshFor(response) === undefined) return;
    const encoded = Object.entries(response.encoded).map(([coding, body]) => [coding, ownCopy(body)]);
    this.#cache.set(key, {
      ...response,
      body: ownCopy(response.body),
      encoded: Object.fromEntries(encoded) as CachedResponse['encoded'],
    });
  }

  /** Adds a compressed body to a stored response, unless it was replaced or evicted meanwhile. */
  addEncoded(key: string, response: CachedResponse, coding: string, body: Buffer): void {
    if (this.#cache.peek(key) === response)
      this.store(key, { ...response, encoded: { ...response.encoded, [coding]: body } });
  }

  #found(result: ResponseLookup, found?: FreshResponse): FreshResponse | undefined {
    this.#telemetry.responseLookedUp(result);
    return found;
  }
}

function freshFor({ entries }: CachedResponse): number | undefined {
  let leastMs = Infinity;
  for (const entry of entries) {
    const leftMs = entry.freshForMs();
    if (leftMs === undefined) return undefined;
    if (leftMs < leastMs) leastMs = leftMs;
  }
  return leastMs;
}

/** A copy in memory of its own: a short buffer is a slice of 8 KiB, all of which would stay in memory. */
function ownCopy(body: Buffer): Buffer {
  if (body.buffer.byteLength === body.length) return body;
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return copy;
}

function bytesOf({ body, encoded, entries, cacheTag = '' }: CachedResponse, key: string): number {
  const bodies = [body, ...Object.values(encoded)].reduce(
    (sum, { length }) => sum + bytesPerBody + length,
    0,
  );
  return entries.reduce(
    (sum, { bytes }) => sum + bytes,
    entryBytes + bodies + textBytes(key) + textBytes(cacheTag),
  );
}
