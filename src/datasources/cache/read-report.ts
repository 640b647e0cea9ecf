import { type AnswerTags } from '../../domain/cache-tags.js';
import { type CallOrigin, type RequestTrace } from '../../domain/requests/request-trace.js';

/** A cache entry that a response is made of. */
export interface UsedEntry {
  /**
   * How long the entry is still fresh, in milliseconds; undefined once it is stale, invalidated, replaced, evicted, or
   * if it was never cached.
   */
  freshForMs(): number | undefined;
  /** Estimated memory of this reference in bytes. */
  readonly bytes: number;
}

/** A cache that can tell how long an entry is still fresh. */
interface EntryLifetimes {
  /** @returns milliseconds; undefined unless the key's entry has this version and is fresh. */
  freshForMs(key: string, version: number): number | undefined;
}

/** Bytes of a reference and its place in an array. */
const referenceBytes = 80;

/** Refers to an entry by key and version. It does not hold the entry itself, which may be evicted meanwhile. */
export class EntryReference implements UsedEntry {
  readonly #cache: EntryLifetimes;
  readonly #key: string;
  readonly #version: number;

  constructor(cache: EntryLifetimes, key: string, version: number) {
    this.#cache = cache;
    this.#key = key;
    this.#version = version;
  }

  freshForMs(): number | undefined {
    return this.#cache.freshForMs(this.#key, this.#version);
  }

  get bytes(): number {
    return referenceBytes + this.#key.length;
  }
}

/** The cache entries that one response is made of. */
class UsedEntries {
  readonly #entries: UsedEntry[] = [];
  #pending = 0;
  #isTimeDependent = false;

  /** A read begins: the list of entries is incomplete until `end` is called. */
  begin(): void {
    this.#pending += 1;
  }

  /** A read has ended with this entry. */
  end(entry: UsedEntry): void {
    this.#pending -= 1;
    this.#entries.push(entry);
  }

  /** Adds an entry that was used without a read of its own. */
  add(entry: UsedEntry): void {
    this.#entries.push(entry);
  }

  /** The response also depends on the current time: it may differ a moment later although no entry has changed. */
  markTimeDependent(): void {
    this.#isTimeDependent = true;
  }

  /** All entries of the response; undefined if the list is empty or incomplete, or the response depends on the time. */
  get all(): readonly UsedEntry[] | undefined {
    const isComplete = this.#pending === 0 && !this.#isTimeDependent && this.#entries.length > 0;
    return isComplete ? this.#entries : undefined;
  }
}

/** Counts the calls and cache hits of one request, for clients that ask for a report. */
export class ReadReport implements CallOrigin {
  /** Requests sent to the upstream, retries included. */
  calls = 0;
  /** Reads that were served from the cache, fresh or stale. */
  fromCache = 0;
  /** Reads that joined the call of another request. */
  shared = 0;
  /** Shortest remaining freshness of all entries read, in milliseconds; Infinity before the first read. */
  freshForMs = Infinity;
  /** Whether messages were requested, which hold phone numbers and texts. */
  hasMessages = false;
  /** The entries that the response is made of. */
  readonly used = new UsedEntries();
  /** True once the operation is answered: no read begins for it from then on. */
  isAnswered = false;
  /** True if a value depends on the caller's scopes, and no error shows that it does. */
  dependsOnCaller = false;
  readonly trace: RequestTrace | undefined;
  /** Undefined where answers have no tags. */
  readonly tags: AnswerTags | undefined;
  readonly memory: CallOrigin['memory'];

  /**
   * @param trace of the request; undefined for reads without a request.
   * @param memory takes over the memory of large responses; undefined releases it as soon as they are read.
   */
  constructor(trace?: RequestTrace, tags?: AnswerTags, memory?: CallOrigin['memory']) {
    this.trace = trace;
    this.tags = tags;
    this.memory = memory;
  }

  /** True if the cache had everything that was read, without a call. */
  get isFromCache(): boolean {
    return this.fromCache > 0 && this.calls === 0 && this.shared === 0;
  }
}
