/** A reading as it is shared: what was read is a text of its reader's making. */
export interface StoredEntry {
  readonly version: number;
  /** Epoch milliseconds. */
  readonly readAtMs: number;
  readonly text: string;
}

/** Where a reading is kept, and what a write names that may have changed it. */
export interface EntryLocation {
  readonly key: string;
  /** A campaign's sid, or what all lists have in common. */
  readonly scope: string;
}

/** What is found in one place. */
export interface FoundEntry {
  readonly entry: StoredEntry | undefined;
  /** Readings up to this version may be from before a write. */
  readonly invalidatedVersion: number;
  /** Whether a gateway is reading it this moment. */
  readonly isInFlight: boolean;
}

/** What came of wanting to read. */
export interface FetchLease {
  /** Of all readings and writes of the account's gateways; undefined where Redis does not say. */
  readonly version: number | undefined;
  /** `ours`: nobody else reads it now; `newer`: there is a newer reading than was seen; `taken`: somebody does. */
  readonly outcome: 'ours' | 'newer' | 'taken';
}

/**
 * What the gateways of one account have read, for each other.
 *
 * It can be done without: nothing here throws, and where the store gives no answer in time it is as if it were empty.
 * Orders are given out by the store, so that they say of two gateways with different clocks who was first.
 */
export interface SharedTierStore {
  /** Looks in several places at once. */
  get(places: readonly EntryLocation[]): Promise<readonly FoundEntry[]>;

  /** Keeps readings for each other's use, unless there is a newer one. */
  set(readings: readonly (StoredEntry & { readonly key: string; readonly ttlMs: number })[]): Promise<void>;

  /**
   * Says that a reading is about to be made, for a few seconds, unless somebody else is at it already.
   * @param proposed the version that it has at least.
   * @param seen the version of the reading that will not do; -1 for none.
   */
  acquireLease(
    place: EntryLocation,
    token: string,
    orders: { readonly proposed: number; readonly seen: number },
  ): Promise<FetchLease>;

  /** Says that it still is being made. */
  renewLease(place: EntryLocation, token: string): Promise<void>;

  /** Says that it was made, or can't be. */
  releaseLease(place: EntryLocation, token: string): Promise<void>;

  /**
   * Says that something may have changed: what was begun to be read before is outdated for every gateway.
   * @param isForgotten whether it is no longer to stand in either.
   * @returns the version of the change.
   */
  invalidate(scopes: readonly string[], proposed: number, isForgotten?: boolean): Promise<number | undefined>;
}
