import { type RateHeaders } from './upstream-quota.js';

/** A counted call of another gateway. */
export interface OtherCall {
  readonly isBackground: boolean;
  readonly isInFlight: boolean;
  /** Milliseconds of this process's steady clock. */
  readonly beganAtMs: number;
  /** When it stops counting. */
  readonly expiresAtMs: number;
}

/** A counted call of this gateway. */
export interface OwnCall {
  readonly id: string;
  readonly isBackground: boolean;
  readonly beganAtMs: number;
  /** Infinity while it is in flight. */
  readonly expiresAtMs: number;
}

/** State of the account's other gateways, as far as it is known. */
export interface OthersView {
  readonly calls: readonly OtherCall[];
  /** End of a pause that the upstream demanded of any gateway; 0 for none. */
  readonly pausedUntilMs: number;
  /** Rate headers of another gateway's latest response. */
  readonly headers: RateHeaders | undefined;
}

/** Request to count a call. */
export interface WindowRequest {
  readonly id: string;
  readonly isBackground: boolean;
  /** Maximum number of calls in the window, this one included. */
  readonly share: number;
  /** Maximum number of background calls among them. */
  readonly backgroundShare: number;
}

/** `granted`; the time to wait; or `unavailable` while the shared window can't be reached. */
export type Grant = 'granted' | 'unavailable' | { readonly waitMs: number };

/**
 * Sliding window of the calls of all gateways of an account. Its methods never throw: while it can't be reached, each gateway
 * continues with what it knows.
 */
export interface SharedWindow {
  /**
   * Number of places that a call takes in this gateway's own count: 1, or the number of gateways while the shared window can't
   * be reached, since each of the others may send as many calls.
   */
  readonly weight: number;

  /**
   * Starts.
   * @param onView called with each new state of the other gateways.
   * @param own returns this gateway's counted calls, which are entered again after an outage.
   */
  open(onView: (view: OthersView) => void, own: () => readonly OwnCall[]): void;

  /** Counts a call that is about to be sent, if the window has room for it. */
  take(request: WindowRequest): Promise<Grant>;

  /** Ends a call: it counts for a minute more if it was sent, and no more if it was not. */
  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void;

  /** Pauses the calls of all gateways. */
  pause(ms: number): void;

  close(): void;
}
