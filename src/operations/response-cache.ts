import { LRUCache } from 'lru-cache';
import { type UsedEntry } from '../datasources/cache/read-report.js';
import { entryBytes, textBytes } from '../domain/entry-size.js';
import { type ResponseLookup, type Telemetry } from '../domain/telemetry.js';

/** An answer as it was sent, and what is needed to send it again. */
export interface CachedResponse {
  readonly body: Buffer;
  readonly contentType: string;
  /** Of the operation, for who counts. */
  readonly operationName: string | undefined;
  /** Whether numbers and texts of people are in it. */
  readonly hasMessages: boolean;
  /** All that it was made of. */
  readonly entries: readonly UsedEntry[];
}

/** An answer that is as good as one that would be made now. */
export interface FreshResponse {
  readonly response: CachedResponse;
  /** For how many milliseconds it stays so. */
  readonly freshForMs: number;
}

/** How answers are kept. */
export interface ResponseCacheOptions {
  /** For all of them together. */
  readonly maximumBytes: number;
  readonly telemetry: Pick<Telemetry, 'responseLookedUp'>;
}

/** Of an entry, beside its parts: the buffer that holds the body above all. */
const ownBytes = entryBytes + 300;

/**
 * Answers as bytes, by what was asked and what the caller may. Nobody tells them when to go: each look asks whether
 * every reading that an answer was made of is still the one that is kept, and as good as new. So nothing that replaces,
 * outdates or forgets a reading can forget an answer.
 */
export class ResponseCache {
  readonly #kept: LRUCache<string, CachedResponse>;
  readonly #telemetry: ResponseCacheOptions['telemetry'];

  constructor({ maximumBytes, telemetry }: ResponseCacheOptions) {
    this.#telemetry = telemetry;
    this.#kept = new LRUCache({ maxSize: maximumBytes, sizeCalculation: bytesOf });
  }

  /** How much is kept, roughly. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#kept.size, bytes: this.#kept.calculatedSize };
  }

  /** The answer under a key, where it is as good as a new one; undefined as the key: none is looked for. */
  find(key: string | undefined): FreshResponse | undefined {
    if (key === undefined) return this.#found('bypassed');
    const response = this.#kept.get(key);
    if (!response) return this.#found('unknown');
    const freshForMs = freshFor(response);
    if (freshForMs !== undefined) return this.#found('given', { response, freshForMs });
    this.#kept.delete(key);
    return this.#found('outdated');
  }

  /** Keeps an answer, unless something that it was made of has changed while it was made. */
  store(key: string, response: CachedResponse): void {
    if (freshFor(response) !== undefined) this.#kept.set(key, { ...response, body: alone(response.body) });
  }

  #found(result: ResponseLookup, found?: FreshResponse): FreshResponse | undefined {
    this.#telemetry.responseLookedUp(result);
    return found;
  }
}

function freshFor({ entries }: CachedResponse): number | undefined {
  let leastMs = Infinity;
  for (const reading of entries) {
    const leftMs = reading.freshForMs();
    if (leftMs === undefined) return undefined;
    if (leftMs < leastMs) leastMs = leftMs;
  }
  return leastMs;
}

/** The same bytes in memory of their own: a short buffer is a piece of 8 KiB, all of which would stay as long as it. */
function alone(body: Buffer): Buffer {
  if (body.buffer.byteLength === body.length) return body;
  const copy = Buffer.allocUnsafeSlow(body.length);
  body.copy(copy);
  return copy;
}

function bytesOf({ body, entries }: CachedResponse, key: string): number {
  return entries.reduce((sum, { bytes }) => sum + bytes, ownBytes + body.length + textBytes(key));
}
