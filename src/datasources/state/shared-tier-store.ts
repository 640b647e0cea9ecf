/** An entry as it is stored: a serialized value with its version. */
export interface StoredEntry {
  readonly version: number;
  /** Epoch milliseconds. */
  readonly readAtMs: number;
  readonly text: string;
}

/** The key of an entry, and the scope of the writes that invalidate it. */
export interface EntryLocation {
  readonly key: string;
  /** One campaign, or all lists. */
  readonly scope: string;
}

/** Result of a lookup. */
export interface FoundEntry {
  readonly entry: StoredEntry | undefined;
  /** Entries up to this version may predate a write. */
  readonly invalidatedVersion: number;
  /** True while an instance holds the lease of the key. */
  readonly isInFlight: boolean;
}

/** Result of an attempt to acquire the lease of a key. */
export interface FetchLease {
  /** Version for the entry to be read, unique among all reads and writes of the account; undefined without an answer. */
  readonly version: number | undefined;
  /** `newer`: there is a newer entry than the one seen. `held`: another instance holds the lease. */
  readonly outcome: 'acquired' | 'newer' | 'held';
}

/**
 * Store of the shared tier: entries that the instances of one account have read, and the leases of their reads.
 *
 * The store is optional: no method throws if it does not answer in time. The store gives out the versions, so that they order
 * reads and writes of instances whose clocks differ.
 */
export interface SharedTierStore {
  /** Looks up several keys at once. @returns undefined without an answer. */
  get(locations: readonly EntryLocation[]): Promise<readonly FoundEntry[] | undefined>;

  /** Stores entries, except those with a newer one in their place. */
  set(entries: readonly (StoredEntry & { readonly key: string; readonly ttlMs: number })[]): Promise<void>;

  /**
   * Acquires the lease of a key for a few seconds, unless another instance holds it.
   * @param versions `proposed`: lower bound of the version; `seen`: version of the entry that is not good enough, or -1.
   */
  acquireLease(
    location: EntryLocation,
    token: string,
    versions: { readonly proposed: number; readonly seen: number },
  ): Promise<FetchLease>;

  /** Extends the lease. */
  renewLease(location: EntryLocation, token: string): Promise<void>;

  /** Releases the lease. */
  releaseLease(location: EntryLocation, token: string): Promise<void>;

  /**
   * Invalidates the entries of these scopes for every instance, those of reads in flight included.
   * @param isDropped true if the entries must not be served as stale entries either.
   * @returns the version of the write; undefined without an answer.
   */
  invalidate(scopes: readonly string[], proposed: number, isDropped?: boolean): Promise<number | undefined>;
}
