/**
 * What the gateways of one account must agree on: small texts under keys, each with a time to live.
 *
 * Every change names what it changes from, so that of two that change the same at once only one succeeds. A store
 * that can't be asked throws a `GatewayError`: who needs agreement must not go on without it.
 */
export interface SharedState {
  /** The text under a key, or null where there is none or its time is over. */
  read(key: string): Promise<string | null>;

  /** Writes where nothing is. @returns whether it did. */
  insert(key: string, text: string, ttlMs: number): Promise<boolean>;

  /** Writes in place of exactly this text, and begins its time anew. @returns whether it did. */
  swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean>;

  /** Removes exactly this text. @returns whether it did. */
  remove(key: string, text: string): Promise<boolean>;
}
