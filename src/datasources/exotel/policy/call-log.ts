/** The minute that the upstream counts in: "30 requests per minute per account" (developer site, rate limiting). */
export const minuteMs = 60_000;

/** One call that counts against the budget. */
interface LoggedCall {
  readonly isBackground: boolean;
  readonly beganAtMs: number;
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
  readonly #calls = new Set<LoggedCall>();
  #inFlight = 0;

  /** How many calls count now, and how many of them nobody waited for. */
  count(nowMs: number): { readonly all: number; readonly background: number } {
    let background = 0;
    for (const call of this.#calls)
      if (call.expiresAtMs <= nowMs) this.#calls.delete(call);
      else if (call.isBackground) background += 1;
    return { all: this.#calls.size, background };
  }

  /** How many calls have no answer yet. */
  get inFlight(): number {
    return this.#inFlight;
  }

  /** Notes a call that is about to be sent; what this gives is told, once, when it stops counting. 0: at once. */
  begin(isBackground: boolean, beganAtMs: number): (expiresAtMs: number) => void {
    const call: LoggedCall = { isBackground, beganAtMs, expiresAtMs: Infinity };
    this.#calls.add(call);
    this.#inFlight += 1;
    return (expiresAtMs) => {
      this.#inFlight -= 1;
      call.expiresAtMs = expiresAtMs;
      if (expiresAtMs === 0) this.#calls.delete(call);
    };
  }

  /**
   * When so many of the calls will have stopped counting; a call in flight is taken to be answered now.
   * @param which all calls, or only those that nobody waited for.
   */
  whenExpired(count: number, nowMs: number, which: 'all' | 'background' = 'all'): number {
    if (count <= 0) return nowMs;
    const ends = [...this.#calls]
      .filter(({ isBackground }) => isBackground || which === 'all')
      .map(({ expiresAtMs }) => Math.min(expiresAtMs, nowMs + minuteMs))
      .sort((a, b) => a - b);
    return ends[count - 1] ?? nowMs + minuteMs;
  }

  /** When fewer than so many calls will have begun within the span that ends then. */
  whenFewerBegan(count: number, spanMs: number, nowMs: number): number {
    const begins = [...this.#calls].map(({ beganAtMs }) => beganAtMs).sort((a, b) => b - a);
    return Math.max(nowMs, (begins[count - 1] ?? -Infinity) + spanMs);
  }
}
