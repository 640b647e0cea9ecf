/** The minute of the upstream's limit: "30 requests per minute per account" (developer site, rate limiting). */
export const minuteMs = 60_000;

/** Rate limit headers of a response. */
export interface RateHeaders {
  /** `X-RateLimit-Limit`. */
  readonly limit: number | undefined;
  /** `X-RateLimit-Remaining`. */
  readonly remaining: number | undefined;
  /** `X-RateLimit-Reset`, in epoch milliseconds. */
  readonly resetAtMs: number | undefined;
}

/**
 * The upstream's own count of its current minute, which includes calls of others. Responses come in any order, so the smallest
 * remainder of a minute counts. Calls in flight are not subtracted: only a response shows whether a call was counted.
 */
export class UpstreamQuota {
  #left = Infinity;
  #untilMs = 0;
  #resetAtMs = 0;
  #limit = Infinity;

  /** The upstream's latest limit. */
  get limit(): number {
    return this.#limit;
  }

  /** Calls that the upstream accepts before `untilMs`, besides those that it has counted. */
  left(nowMs: number): number {
    return nowMs < this.#untilMs ? this.#left : Infinity;
  }

  /** End of the upstream's minute. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /**
   * Applies the headers of a response. A call without a response may have been counted.
   * @param nowMs by the clock of `left`. @param wallNowMs epoch milliseconds.
   */
  correct({ limit, remaining, resetAtMs }: Partial<RateHeaders>, nowMs: number, wallNowMs: number): void {
    if (limit !== undefined && limit > 0) this.#limit = limit;
    if (remaining === undefined) {
      this.#left = Math.max(0, this.#left - 1);
      return;
    }
    // A late response of the previous minute says nothing about this one.
    if (nowMs < this.#untilMs && resetAtMs !== undefined && resetAtMs < this.#resetAtMs) return;
    const isSameMinute = resetAtMs !== undefined && resetAtMs === this.#resetAtMs;
    this.#left = isSameMinute ? Math.min(this.#left, remaining) : remaining;
    this.#resetAtMs = resetAtMs ?? 0;
    // The upstream's clock may be wrong, but its minute is not longer than a minute.
    this.#untilMs = nowMs + Math.min((resetAtMs ?? Infinity) - wallNowMs, minuteMs);
  }
}
