import {
  isDeferrable,
  type PermitRequest,
  type Priority,
  type Rank,
  shareOf,
  sharesOf,
} from './priority-queue.js';
import { type OtherCall, type OthersView, type OwnCall } from './shared-window.js';
import { minuteMs, type RateHeaders, UpstreamQuota } from './upstream-quota.js';

/** A call of this process. */
export interface LoggedCall extends OwnCall {
  /** Number of places that it takes: more than one while calls of other gateways are unknown. */
  readonly weight: number;
  expiresAtMs: number;
}

/**
 * Calls of the last minute. A call counts from before it is sent until a minute after its response: whenever the upstream
 * counts it, no 60 seconds of its clock have more calls than this log.
 */
class CallLog {
  readonly #calls = new Set<LoggedCall>();
  #others: readonly OtherCall[] = [];
  #inFlight = 0;
  #begun = 0;

  /** Number of calls that count now, and of the background calls among them. */
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

  /** Number of known calls without a response. */
  get inFlight(): number {
    return this.#inFlight + this.#others.filter(({ isInFlight }) => isInFlight).length;
  }

  /** Calls of this process. */
  get own(): readonly OwnCall[] {
    return [...this.#calls];
  }

  /** Replaces the calls of other gateways. */
  setOthers(others: readonly OtherCall[]): void {
    this.#others = others;
  }

  /** Adds a call that is about to be sent. @param isCounted false without a limit: then it is only in flight. */
  begin(
    { isBackground, beganAtMs, weight }: Pick<LoggedCall, 'isBackground' | 'beganAtMs' | 'weight'>,
    isCounted: boolean,
  ): LoggedCall {
    this.#begun += 1;
    const logged = { id: String(this.#begun), isBackground, beganAtMs, weight, expiresAtMs: Infinity };
    if (isCounted) this.#calls.add(logged);
    this.#inFlight += 1;
    return logged;
  }

  /** Ends a call. @param expiresAtMs when it stops counting; 0 for at once. */
  end(call: LoggedCall, expiresAtMs: number): void {
    call.expiresAtMs = expiresAtMs;
    this.#inFlight -= 1;
    if (expiresAtMs === 0) this.#calls.delete(call);
  }

  /** When this many places will be free again, if the calls in flight had their responses now. */
  whenExpired(places: number, nowMs: number, which: 'all' | 'background' = 'all'): number {
    if (places <= 0) return nowMs;
    const ends = this.#places(nowMs)
      .filter(({ isBackground }) => isBackground || which === 'all')
      .map(({ expiresAtMs }) => Math.min(expiresAtMs, nowMs + minuteMs))
      .sort((a, b) => a - b);
    return ends[places - 1] ?? nowMs + minuteMs;
  }

  /** When fewer than this many calls will have begun within the span that ends then. */
  whenFewerBegan(places: number, spanMs: number, nowMs: number): number {
    const begins = this.#places(nowMs)
      .map(({ beganAtMs }) => beganAtMs)
      .sort((a, b) => b - a);
    return Math.max(nowMs, (begins[places - 1] ?? -Infinity) + spanMs);
  }

  /** One entry for each place that is taken. */
  #places(nowMs: number): Pick<OtherCall, 'isBackground' | 'beganAtMs' | 'expiresAtMs'>[] {
    const own = [...this.#calls].flatMap((call) => Array.from({ length: call.weight }, () => call));
    return [...own, ...this.#others.filter(({ expiresAtMs }) => expiresAtMs > nowMs)];
  }
}

/** Interval of checks while only responses to calls in flight can free a place. */
const retryIntervalMs = 250;

/**
 * Interval in which refreshes use at most a sixth of the limit, once half of the limit is used. A burst of them would use it
 * up, and entries that become stale later could not be refreshed.
 */
const paceMs = 10_000;
/** An older entry takes the next permit, since none should become older than a minute. */
const urgentAfterMs = 45_000;

interface SlidingWindowOptions {
  /** Calls in any 60 seconds; 0 for no limit but the upstream's. */
  readonly limit: number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Clock in epoch milliseconds. */
  readonly wallNow: () => number;
  /** Number of places that a call takes; undefined without other gateways. */
  readonly weight: (() => number) | undefined;
}

/** Sliding window of the calls of the last minute; computes when the next call may be sent. */
export class SlidingWindow {
  readonly #log = new CallLog();
  readonly #options: SlidingWindowOptions;
  readonly #quota = new UpstreamQuota();
  /** End of a refusal by the shared window, by priority. */
  readonly #deniedUntilMs = new Map<Priority, number>();
  #pausedUntilMs = 0;

  constructor(options: SlidingWindowOptions) {
    this.#options = options;
  }

  /** Calls per minute, by the configuration and by the upstream; Infinity for no limit. */
  get limit(): number {
    const { limit } = this.#options;
    return limit === 0 ? Infinity : Math.min(limit, this.#quota.limit);
  }

  /** Number of calls that may be sent now; null for no limit. */
  get left(): number | null {
    const nowMs = this.#options.now();
    if (nowMs < this.#pausedUntilMs) return 0;
    const own = Math.floor((this.limit - this.#log.count(nowMs).all) / this.#weightIn(this.limit));
    const left = Math.max(0, Math.min(own, this.#quota.left(nowMs) - this.#log.inFlight));
    return left === Infinity ? null : left;
  }

  /** When all calls of the limit may be sent again, if none is sent until then; milliseconds of `now`. */
  get resetsAtMs(): number {
    const nowMs = this.#options.now();
    const { all } = this.#log.count(nowMs);
    const quotaMs = this.#quota.left(nowMs) < this.limit ? this.#quota.untilMs : nowMs;
    return Math.max(this.#pausedUntilMs, quotaMs, this.#log.whenExpired(all, nowMs));
  }

  /** Number of known calls without a response. */
  get inFlight(): number {
    return this.#log.inFlight;
  }

  /** Counted calls of this process. */
  get own(): readonly OwnCall[] {
    return this.#log.own;
  }

  /** Whether calls are unlimited now: neither the configuration nor the upstream limits them. */
  isUnlimited(nowMs: number): boolean {
    return this.limit === Infinity && this.#quota.left(nowMs) === Infinity && nowMs >= this.#pausedUntilMs;
  }

  /**
   * When a call may be sent, as far as is known; milliseconds of `now`.
   * @param ahead number of waiting calls that go first.
   */
  placeAtMs(rank: Rank, ahead: number, nowMs: number): number {
    const { limit } = this;
    const deniedUntilMs = this.#deniedUntilMs.get(rank.priority) ?? 0;
    const byQuotaMs = this.#byQuotaMs(rank, ahead, nowMs);
    const byLogMs = limit === Infinity ? nowMs : this.#byLogMs(rank, ahead, nowMs);
    return Math.max(nowMs, this.#pausedUntilMs, deniedUntilMs, byQuotaMs, byLogMs);
  }

  #byQuotaMs({ priority }: Rank, ahead: number, nowMs: number): number {
    const { limit } = this;
    const reserve = limit === Infinity ? 0 : limit - shareOf(sharesOf(limit), priority);
    const spare = this.#quota.left(nowMs) - reserve - ahead;
    if (spare <= 0) return this.#quota.untilMs;
    return spare <= this.#log.inFlight ? Math.min(this.#quota.untilMs, nowMs + retryIntervalMs) : nowMs;
  }

  #byLogMs({ priority, oldSinceMs }: Rank, ahead: number, nowMs: number): number {
    const log = this.#log;
    const shares = sharesOf(this.limit);
    const share = shareOf(shares, priority);
    const { all, background } = log.count(nowMs);
    const times = [log.whenExpired(all + (ahead + 1) * this.#weightIn(share) - share, nowMs)];
    if (isDeferrable(priority) && all >= shares.reads / 2) {
      const pacedMs = log.whenFewerBegan(Math.ceil(shares.reads / 6), paceMs, nowMs);
      times.push(Math.min(pacedMs, oldSinceMs + urgentAfterMs));
    }
    if (priority === 'background') {
      const excess = background + this.#weightIn(shares.background) - shares.background;
      times.push(log.whenExpired(excess, nowMs, 'background'));
    }
    return Math.max(...times);
  }

  /** Counts a call that is about to be sent. */
  begin({ priority }: PermitRequest): LoggedCall {
    const isLimited = this.limit !== Infinity;
    const weight = isLimited ? this.#weightIn(shareOf(sharesOf(this.limit), priority)) : 1;
    const isBackground = priority === 'background';
    return this.#log.begin({ isBackground, beganAtMs: this.#options.now(), weight }, isLimited);
  }

  /** Ends a call that had a response or failed: it counts for a minute more. */
  answered(call: LoggedCall, headers: RateHeaders | undefined): void {
    const nowMs = this.#options.now();
    this.#log.end(call, this.limit === Infinity ? 0 : nowMs + minuteMs);
    this.#quota.correct(headers ?? {}, nowMs, this.#options.wallNow());
  }

  /** Ends a call that was not sent: its place is free again, whatever the shared window said. */
  unused(call: LoggedCall): void {
    this.release(call);
    this.#deniedUntilMs.clear();
  }

  /** Ends a call that was not sent because the shared window has no room for it. */
  release(call: LoggedCall): void {
    this.#log.end(call, 0);
  }

  /** Pauses all calls. */
  pause(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** Pauses calls of a priority, for which the shared window has no room. */
  deny(priority: Priority, untilMs: number): void {
    this.#deniedUntilMs.set(priority, untilMs);
  }

  /** Applies the state of the other gateways. */
  applyOthers({ calls, pausedUntilMs, headers }: OthersView): void {
    this.#log.setOthers(calls);
    this.pause(pausedUntilMs);
    if (headers) this.#quota.correct(headers, this.#options.now(), this.#options.wallNow());
  }

  /** Weight of a call within a share: never more than the share, so that one call can always be sent in time. */
  #weightIn(share: number): number {
    const { weight } = this.#options;
    return weight ? Math.min(weight(), share) : 1;
  }
}
