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
 * Answers arrive in any order, so within one minute the least is believed.
 */
export class UpstreamCount {
  #left = Infinity;
  #untilMs = 0;
  #minuteEndsMs = 0;
  #limit = Infinity;

  /** The smallest limit that the upstream named. */
  get limit(): number {
    return this.#limit;
  }

  /** How many calls the upstream will take before `untilMs`. */
  left(nowMs: number): number {
    return nowMs < this.#untilMs ? this.#left : Infinity;
  }

  /** When the upstream counts anew. */
  get untilMs(): number {
    return this.#untilMs;
  }

  /** One call is about to be sent. */
  spend(): void {
    this.#left -= 1;
  }

  /**
   * Takes what an answer says.
   * @param inFlight calls that the upstream may not have counted yet.
   */
  correct({ limit, remaining, resetAtMs }: RateHeaders, inFlight: number, nowMs: number): void {
    if (limit !== undefined && limit > 0) this.#limit = limit;
    if (remaining === undefined) return;
    // Its clock may be wrong; its minute is not longer than a minute.
    const endsMs = Math.min(resetAtMs ?? nowMs + minuteMs, nowMs + minuteMs);
    const isSameMinute = resetAtMs !== undefined && resetAtMs === this.#minuteEndsMs;
    const left = Math.max(0, remaining - inFlight);
    this.#left = isSameMinute ? Math.min(this.#left, left) : left;
    this.#minuteEndsMs = resetAtMs ?? 0;
    this.#untilMs = endsMs;
  }
}
