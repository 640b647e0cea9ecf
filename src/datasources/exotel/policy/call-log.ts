/** The minute that the upstream counts in: "30 requests per minute per account" (developer site, rate limiting). */
export const minuteMs = 60_000;

/** One call that counts against the budget. */
interface LoggedCall {
  readonly isBackground: boolean;
  /** When it stops counting; never while it is in flight. */
  expiresAtMs: number;
}

/**
 * The calls of the last minute.
 *
 * A call counts from before it is sent until a minute after its answer: wherever between the two the upstream
 * counted it, no 60 seconds of the upstream's clock hold more calls than this log does at any time.
 */
export class CallLog {
  #calls: LoggedCall[] = [];

  /** How many calls count now, and how many of them nobody waited for. */
  count(nowMs: number): { readonly all: number; readonly background: number } {
    this.#calls = this.#calls.filter(({ expiresAtMs }) => expiresAtMs > nowMs);
    return {
      all: this.#calls.length,
      background: this.#calls.filter(({ isBackground }) => isBackground).length,
    };
  }

  /** How many calls have no answer yet. */
  get inFlight(): number {
    return this.#calls.filter(({ expiresAtMs }) => expiresAtMs === Infinity).length;
  }

  /** Notes a call that is about to be sent; what this gives is told when it stops counting. */
  begin(isBackground: boolean): (expiresAtMs: number) => void {
    const call: LoggedCall = { isBackground, expiresAtMs: Infinity };
    this.#calls.push(call);
    return (expiresAtMs) => {
      call.expiresAtMs = expiresAtMs;
    };
  }

  /**
   * When so many of the calls will have stopped counting; a call in flight is taken to be answered now.
   * @param which all calls, or only those that nobody waited for.
   */
  whenExpired(count: number, nowMs: number, which: 'all' | 'background' = 'all'): number {
    if (count <= 0) return nowMs;
    const ends = this.#calls
      .filter(({ isBackground }) => isBackground || which === 'all')
      .map(({ expiresAtMs }) => Math.min(expiresAtMs, nowMs + minuteMs))
      .sort((a, b) => a - b);
    return ends[count - 1] ?? nowMs + minuteMs;
  }
}
