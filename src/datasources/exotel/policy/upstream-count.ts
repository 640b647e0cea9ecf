import { minuteMs } from './call-log.js';

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
export class UpstreamCount {
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
