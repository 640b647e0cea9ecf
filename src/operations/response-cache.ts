import { LRUCache } from 'lru-cache';
import { type UsedEntry } from '../datasources/cache/read-report.js';
import { entryBytes, textBytes } from '../domain/entry-size.js';

/** An answer as it was sent, and what is needed to send it again. */
export interface KeptAnswer {
  readonly body: Buffer;
  readonly contentType: string;
  /** Of the operation, for who counts. */
  readonly operationName: string | undefined;
  /** Whether numbers and texts of people are in it. */
  readonly hasMessages: boolean;
  /** All that it was made of. */
  readonly madeOf: readonly UsedEntry[];
}

/** An answer that is as good as one that would be made now. */
export interface FreshAnswer {
  readonly answer: KeptAnswer;
  /** For how many milliseconds it stays so. */
  readonly freshForMs: number;
}

/** What came of looking for an answer: it was `given`; it was there and is `outdated`; it is `unknown`. */
export type LookUp = 'given' | 'outdated' | 'unknown';

/** How answers are kept. */
export interface KeptAnswersOptions {
  /** For all of them together. */
  readonly maximumBytes: number;
  /** Told of every look for an answer, and of every request that none is looked for. */
  readonly onLookUp: (result: LookUp | 'bypassed') => void;
}

/** Of an entry, beside its parts: the buffer that holds the body above all. */
const ownBytes = entryBytes + 300;

/**
 * Answers as bytes, by what was asked and what the caller may. Nobody tells them when to go: each look asks whether
 * every reading that an answer was made of is still the one that is kept, and as good as new. So nothing that replaces,
 * outdates or forgets a reading can forget an answer.
 */
export class KeptAnswers {
  readonly #kept: LRUCache<string, KeptAnswer>;
  readonly #onLookUp: KeptAnswersOptions['onLookUp'];

  constructor({ maximumBytes, onLookUp }: KeptAnswersOptions) {
    this.#onLookUp = onLookUp;
    this.#kept = new LRUCache({ maxSize: maximumBytes, sizeCalculation: bytesOf });
  }

  /** How much is kept, roughly. */
  get size(): { readonly entries: number; readonly bytes: number } {
    return { entries: this.#kept.size, bytes: this.#kept.calculatedSize };
  }

  /** The answer under a key, where it is as good as a new one; undefined as the key: none is looked for. */
  find(key: string | undefined): FreshAnswer | undefined {
    if (key === undefined) return this.#found('bypassed');
    const answer = this.#kept.get(key);
    if (!answer) return this.#found('unknown');
    const freshForMs = freshFor(answer);
    if (freshForMs !== undefined) return this.#found('given', { answer, freshForMs });
    this.#kept.delete(key);
    return this.#found('outdated');
  }

  /** Keeps an answer, unless something that it was made of has changed while it was made. */
  keep(key: string, answer: KeptAnswer): void {
    if (freshFor(answer) !== undefined) this.#kept.set(key, { ...answer, body: alone(answer.body) });
  }

  #found(result: LookUp | 'bypassed', found?: FreshAnswer): FreshAnswer | undefined {
    this.#onLookUp(result);
    return found;
  }
}

function freshFor({ madeOf }: KeptAnswer): number | undefined {
  let leastMs = Infinity;
  for (const reading of madeOf) {
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

function bytesOf({ body, madeOf }: KeptAnswer, key: string): number {
  return madeOf.reduce((sum, { bytes }) => sum + bytes, ownBytes + body.length + textBytes(key));
}
