/**
 * State that the instances of one account must agree on: short texts under keys, each with a time to live.
 *
 * Changes are compare-and-swap operations: of two concurrent changes only one succeeds. A store that can't be reached
 * throws a `GatewayError`, since a caller that needs agreement must not continue without it.
 */
export interface SharedState {
  /** The text of a key; null if there is none or it has expired. */
  read(key: string): Promise<string | null>;

  /** Writes the text of a key that has none. @returns whether it was written. */
  insert(key: string, text: string, ttlMs: number): Promise<boolean>;

  /** Replaces exactly the text `from`; its time to live restarts. @returns whether it was replaced. */
  swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean>;

  /** Removes exactly this text. @returns whether it was removed. */
  remove(key: string, text: string): Promise<boolean>;

  /** Time of the store's own clock, in epoch milliseconds; null for the only instance, which has no other clock than its own. */
  nowMs(): Promise<number | null>;
}
