/** A call that counts against the account's budget, as another gateway made it. */
export interface OtherCall {
  readonly isBackground: boolean;
  readonly isInFlight: boolean;
  /** Epoch milliseconds, by this process's clock. */
  readonly beganAtMs: number;
  /** When it stops counting. */
  readonly expiresAtMs: number;
}

/** A call of this gateway's that counts. */
export interface OwnCall {
  readonly id: string;
  readonly isBackground: boolean;
  readonly beganAtMs: number;
  /** Infinity while it is in flight. */
  readonly expiresAtMs: number;
}

/** What the other gateways of the account have done, as far as is known. */
export interface OthersView {
  readonly calls: readonly OtherCall[];
  /** The upstream asked somebody to wait until then; 0 for nobody. */
  readonly pausedUntilMs: number;
  /** What the upstream told another gateway last of its own count. */
  readonly told: RateHeaders | undefined;
}

/** How a place for a call is asked for. */
export interface WindowRequest {
  readonly id: string;
  readonly isBackground: boolean;
  /** How many calls may count, this one among them. */
  readonly share: number;
  /** How many of them may be such that nobody waits for. */
  readonly backgroundShare: number;
}

/** `granted`; after how many milliseconds there will be a place; or `gone` where nobody can say. */
export type Grant = 'granted' | { readonly waitMs: number } | 'gone';

/**
 * The calls of all gateways of an account, in one book. Nothing here throws: where the book is gone, each gateway goes
 * on by what it knows.
 */
export interface WindowStore {
  /**
   * How many places a call takes in this gateway's own count. 1 with the book open; while it is not, as many as there
   * are gateways: what this one sends, each of the others may be sending too.
   */
  readonly weight: number;

  /** Begins: what is learned of the others is told to `onView`, and `own` gives what to enter when the book is back. */
  open(onView: (view: OthersView) => void, own: () => readonly OwnCall[]): void;

  /** Enters a call that is about to be sent, where there is a place for it. */
  take(claim: WindowRequest): Promise<Grant>;

  /** The call was answered and counts for a minute more, or it was not sent and counts no more. */
  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void;

  /** Nothing is to be sent by anybody for so long. */
  pause(ms: number): void;

  close(): void;
}

/** The minute that the upstream counts in: "30 requests per minute per account" (developer site, rate limiting). */
export const minuteMs = 60_000;

/** What an answer's headers say of the upstream's own count. */
export interface RateHeaders {
  /** `X-RateLimit-Limit`. */
  readonly limit: number | undefined;
  /** `X-RateLimit-Remaining`. */
  readonly remaining: number | undefined;
  /** `X-RateLimit-Reset`: epoch seconds, here in milliseconds. */
  readonly resetAtMs: number | undefined;
}

/**
 * What the upstream says is left of its current minute, for whom else may use the account.
 * Answers arrive in any order, so within one minute the least is believed. Calls in flight are not taken off it:
 * only their answers tell whether the upstream had counted them already.
 */
export class UpstreamQuota {
  #left = Infinity;
  #untilMs = 0;
  #minuteEndsMs = 0;
  #limit = Infinity;

  /** The limit that the upstream named last. */
  get limit(): number {
    return this.#limit;
  }

  /** How many calls beyond those it has counted the upstream will take before `untilMs`. */
  left(nowMs: number): number {
    return nowMs < this.#untilMs ? this.#left : Infinity;
  }

  /** When the upstream counts anew. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** Takes what an answer says; a call that ended without one may have been counted. */
  correct({ limit, remaining, resetAtMs }: Partial<RateHeaders>, nowMs: number): void {
    if (limit !== undefined && limit > 0) this.#limit = limit;
    if (remaining === undefined) {
      this.#left = Math.max(0, this.#left - 1);
      return;
    }
    // A late answer of a minute that is over tells nothing of this one.
    if (nowMs < this.#untilMs && resetAtMs !== undefined && resetAtMs < this.#minuteEndsMs) return;
    // Its clock may be wrong; its minute is not longer than a minute.
    const endsMs = Math.min(resetAtMs ?? nowMs + minuteMs, nowMs + minuteMs);
    const isSameMinute = resetAtMs !== undefined && resetAtMs === this.#minuteEndsMs;
    this.#left = isSameMinute ? Math.min(this.#left, remaining) : remaining;
    this.#minuteEndsMs = resetAtMs ?? 0;
    this.#untilMs = endsMs;
  }
}
