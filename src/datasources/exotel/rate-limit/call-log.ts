import { minuteMs, type OtherCall, type OwnCall } from './upstream-quota.js';

/** What is noted of a call. */
interface CallNote {
  readonly isBackground: boolean;
  readonly beganAtMs: number;
  /** How many places it takes: more than one where other gateways may be sending as much unseen. */
  readonly weight: number;
}

/** A call that has begun. */
export interface BegunCall {
  readonly id: string;
  /** To be told, once, when it stops counting. 0: at once. */
  end(expiresAtMs: number): void;
}

/** One call that counts against the budget. */
class LoggedCall implements BegunCall, CallNote {
  readonly isBackground: boolean;
  readonly beganAtMs: number;
  readonly weight: number;
  /** When it stops counting; never while it is in flight. */
  expiresAtMs = Infinity;
  readonly #number: number;
  readonly #onEnd: (call: LoggedCall) => void;

  constructor(
    { isBackground, beganAtMs, weight }: CallNote,
    number: number,
    onEnd: (call: LoggedCall) => void,
  ) {
    this.isBackground = isBackground;
    this.beganAtMs = beganAtMs;
    this.weight = weight;
    this.#number = number;
    this.#onEnd = onEnd;
  }

  get id(): string {
    return String(this.#number);
  }

  end(expiresAtMs: number): void {
    this.expiresAtMs = expiresAtMs;
    this.#onEnd(this);
  }
}

/**
 * The calls of the last minute.
 *
 * A call counts from before it is sent until a minute after its answer: wherever between the two the upstream
 * counted it, no 60 seconds of the upstream's clock hold more calls than this log does at any time.
 */
export class CallLog {
  readonly #calls = new Set<LoggedCall>();
  #others: readonly OtherCall[] = [];
  #inFlight = 0;
  #begun = 0;

  /** How many calls count now, and how many of them nobody waited for. */
  count(nowMs: number): { readonly all: number; readonly background: number } {
    let [all, background] = [0, 0];
    const add = (weight: number, isBackground: boolean): void => {
      all += weight;
      if (isBackground) background += weight;
    };
    for (const call of this.#calls)
      if (call.expiresAtMs <= nowMs) this.#calls.delete(call);
      else add(call.weight, call.isBackground);
    for (const call of this.#others) if (call.expiresAtMs > nowMs) add(1, call.isBackground);
    return { all, background };
  }

  /** How many calls have no answer yet, as far as is known. */
  get inFlight(): number {
    return this.#inFlight + this.#others.filter(({ isInFlight }) => isInFlight).length;
  }

  /** The calls of this process. */
  get own(): readonly OwnCall[] {
    return [...this.#calls];
  }

  /** Takes what calls other gateways of the account have made, in place of what was known of them. */
  learn(others: readonly OtherCall[]): void {
    this.#others = others;
  }

  /**
   * Notes a call that is about to be sent.
   * @param isCounted false where nothing limits the calls: then it is but in flight.
   */
  begin(note: CallNote, isCounted = true): BegunCall {
    this.#begun += 1;
    const call = new LoggedCall(note, this.#begun, this.#ended);
    if (isCounted) this.#calls.add(call);
    this.#inFlight += 1;
    return call;
  }

  readonly #ended = (call: LoggedCall): void => {
    this.#inFlight -= 1;
    if (call.expiresAtMs === 0) this.#calls.delete(call);
  };

  /**
   * When so many of the places will be free again; a call in flight is taken to be answered now.
   * @param which all calls, or only those that nobody waited for.
   */
  whenExpired(count: number, nowMs: number, which: 'all' | 'background' = 'all'): number {
    if (count <= 0) return nowMs;
    const ends = this.#places(nowMs)
      .filter(({ isBackground }) => isBackground || which === 'all')
      .map(({ expiresAtMs }) => Math.min(expiresAtMs, nowMs + minuteMs))
      .sort((a, b) => a - b);
    return ends[count - 1] ?? nowMs + minuteMs;
  }

  /** When fewer than so many calls will have begun within the span that ends then. */
  whenFewerBegan(count: number, spanMs: number, nowMs: number): number {
    const begins = this.#places(nowMs)
      .map(({ beganAtMs }) => beganAtMs)
      .sort((a, b) => b - a);
    return Math.max(nowMs, (begins[count - 1] ?? -Infinity) + spanMs);
  }

  /** One for each place that is taken. */
  #places(nowMs: number): Pick<OtherCall, 'isBackground' | 'beganAtMs' | 'expiresAtMs'>[] {
    const own = [...this.#calls].flatMap((call) => Array.from({ length: call.weight }, () => call));
    return [...own, ...this.#others.filter(({ expiresAtMs }) => expiresAtMs > nowMs)];
  }
}
