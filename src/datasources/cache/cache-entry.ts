import { type ReadOutcome, type ResourceKind } from '../../domain/telemetry.js';
import { type CallOptions } from '../exotel/resilience/call-policy.js';
import { type EntrySerializer } from './entry-serializer.js';
import { type ReadReport } from './read-report.js';

/** A cached value, with the time and the version of its read. */
export interface CacheEntry<V> {
  readonly value: V;
  /** Time of the read; epoch milliseconds. */
  readonly readAtMs: number;
  /** Version from the hybrid clock: of two entries, whichever instance read them, the greater version is newer. */
  readonly version: number;
  /** Version that the shared tier gave to the read before it was sent, to compare with the versions of writes. */
  readonly leaseVersion?: number | undefined;
  /** True if a write may have changed the value since. Such an entry is served only if no new read succeeds. */
  readonly isInvalidated?: boolean;
}

/** Options of one read. */
export interface ReadOptions {
  /** Counts the calls and the cache hits of the request. */
  readonly report: ReadReport;
  /** True if the client sent `Cache-Control: no-cache`: only a read that starts now is good enough. */
  readonly noCache: boolean;
  /**
   * Why a window is read again: the list has moved, or too much time has passed between the reads of its windows. The read
   * makes no call if the rate limiter has no room, another read is under way, or the last one has failed.
   */
  readonly refetch?: 'moved' | 'apart' | undefined;
  /** With `refetch`: version of the window that was read before. A newer entry that is fresh is good enough. */
  readonly newerThan?: number | undefined;
  /** Priority of the upstream call; by default that of a client's read, or of a refresh. */
  readonly priority?: 'write' | 'background';
  /** True if the read fails rather than return a stale entry. */
  readonly mustRevalidate?: boolean;
}

/** Event of a cache: a read was answered, or there is a newer entry than the cached one. */
export type CacheEvent<Kind extends ResourceKind, V> =
  | { readonly type: 'read'; readonly resource: Kind; readonly outcome: ReadOutcome }
  | {
      readonly type: 'updated';
      readonly resource: Kind;
      readonly entry: CacheEntry<V>;
      /** True if this instance has read the entry from the upstream. */
      readonly isFetched: boolean;
    };

/** Options of the call of a flight. */
export type FlightCall = Pick<CallOptions, 'priority' | 'staleMs' | 'onQueued' | 'origin'>;

/** A kind of value that the cache reads from the upstream: its keys, its freshness, its scope and its fetch. */
export interface CachedResource<Params, V, Kind extends ResourceKind = ResourceKind> {
  readonly kind: Kind;
  readonly keyOf: (params: Params) => string;
  /** The scope that a write invalidates in the shared tier together with this key. */
  readonly scopeOf: (key: string) => string;
  readonly fetch: (params: Params, call: CallOptions) => Promise<V>;
  readonly serializer: EntrySerializer<V>;
  /** How long an entry is served without a new read, in milliseconds. */
  readonly freshMs: (entry: CacheEntry<V>, key: string) => number;
  /** Greatest age at which an entry may be served in place of a read that fails or is slow, in milliseconds. */
  readonly maxStaleMs: (value: V) => number;
  /** Bound on the entries of the memory tier. An `LRUCache` allocates room for all of them when it is made. */
  readonly maximumEntries: number;
}
