import { type BegunCall, CallLog } from './call-log.js';
import {
  type PermitRequest,
  isDeferrable,
  paceMs,
  type Priority,
  type Rank,
  shareOf,
  sharesOf,
  urgentAfterMs,
} from './priority.js';
import { minuteMs, type OthersView, type RateHeaders, UpstreamQuota } from './upstream-quota.js';

/** What says how many calls may be sent. */
export interface Counts {
  readonly log: CallLog;
  readonly upstream: UpstreamQuota;
  /** Calls in a minute; Infinity: as many as one likes. */
  readonly limit: number;
  /** How many places of a share one call takes. */
  readonly weightIn: (share: number) => number;
}

/** When to look again at a place that only the answers of calls in flight can give. */
const lookAgainMs = 250;

/** When a claim with so many others ahead of it will have its place, as far as is known. */
function placeAtMs(
  { log, upstream, limit, weightIn }: Counts,
  { priority, oldSinceMs }: Rank,
  ahead: number,
  nowMs: number,
): number {
  const times = [nowMs];
  const shares = sharesOf(limit);
  const share = shareOf(shares, priority);
  const kept = limit === Infinity ? 0 : limit - share;
  const spare = upstream.left(nowMs) - kept - ahead;
  if (spare <= 0) times.push(upstream.untilMs);
  else if (spare <= log.inFlight) times.push(Math.min(upstream.untilMs, nowMs + lookAgainMs));
  if (limit !== Infinity) {
    const { all, background } = log.count(nowMs);
    times.push(log.whenExpired(all + (ahead + 1) * weightIn(share) - share, nowMs));
    if (isDeferrable(priority) && all >= shares.reads / 2) {
      const evenlyMs = log.whenFewerBegan(Math.ceil(shares.reads / 6), paceMs, nowMs);
      times.push(Math.min(evenlyMs, oldSinceMs + urgentAfterMs));
    }
    if (priority === 'background') {
      const tooMany = background + weightIn(shares.background) - shares.background;
      times.push(log.whenExpired(tooMany, nowMs, 'background'));
    }
  }
  return Math.max(...times);
}

/** Whose calls are counted. */
export interface SlidingWindowOptions {
  /** Calls in any 60 seconds; 0: as many as the upstream takes. */
  readonly limit: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** How many places a call takes where other gateways may send as much unseen; undefined where there are none. */
  readonly weight: (() => number) | undefined;
}

/** The calls of the minute up to now, and when there will be a place for another. */
export class SlidingWindow {
  readonly log = new CallLog();
  readonly #options: SlidingWindowOptions;
  readonly #upstream = new UpstreamQuota();
  /** The account's other gateways leave no place before then, by priority. */
  readonly #deniedUntilMs = new Map<Priority, number>();
  #pausedUntilMs = 0;

  constructor(options: SlidingWindowOptions) {
    this.#options = options;
  }

  /** Calls in a minute, by our configuration and by what the upstream says; Infinity: as many as one likes. */
  get limit(): number {
    const { limit } = this.#options;
    return limit === 0 ? Infinity : Math.min(limit, this.#upstream.limit);
  }

  /** How many calls may be sent now; null where nothing limits them. */
  get left(): number | null {
    const nowMs = this.#options.now();
    if (nowMs < this.#pausedUntilMs) return 0;
    const own = Math.floor((this.limit - this.log.count(nowMs).all) / this.#weightIn(this.limit));
    const left = Math.max(0, Math.min(own, this.#upstream.left(nowMs) - this.log.inFlight));
    return left === Infinity ? null : left;
  }

  /** Whether nobody limits the calls: neither who configured us, nor the upstream by what it has said. */
  isUnlimited(nowMs: number): boolean {
    return this.limit === Infinity && this.#upstream.left(nowMs) === Infinity && nowMs >= this.#pausedUntilMs;
  }

  /** When a claim with so many others ahead of it will have its place; epoch milliseconds. */
  placeAtMs(rank: Rank, ahead: number, nowMs: number): number {
    const counts = {
      log: this.log,
      upstream: this.#upstream,
      limit: this.limit,
      weightIn: (share: number) => this.#weightIn(share),
    };
    const deniedUntilMs = this.#deniedUntilMs.get(rank.priority) ?? 0;
    return Math.max(this.#pausedUntilMs, deniedUntilMs, placeAtMs(counts, rank, ahead, nowMs));
  }

  /** A call takes its place. */
  begin({ priority }: PermitRequest): BegunCall {
    const isLimited = this.limit !== Infinity;
    const weight = isLimited ? this.#weightIn(shareOf(sharesOf(this.limit), priority)) : 1;
    const isBackground = priority === 'background';
    return this.log.begin({ isBackground, beganAtMs: this.#options.now(), weight }, isLimited);
  }

  /** It was answered, or has failed: it counts for a minute more. */
  answered(call: BegunCall, headers: RateHeaders | undefined): void {
    const nowMs = this.#options.now();
    call.end(this.limit === Infinity ? 0 : nowMs + minuteMs);
    this.#upstream.correct(headers ?? {}, nowMs);
  }

  /** It was not sent after all: there is a place again, whatever the others have said. */
  unused(call: BegunCall): void {
    call.end(0);
    this.#deniedUntilMs.clear();
  }

  /** Nobody has a place before then. */
  pause(untilMs: number): void {
    this.#pausedUntilMs = Math.max(this.#pausedUntilMs, untilMs);
  }

  /** The account's other gateways leave none before then. */
  deny(priority: Priority, untilMs: number): void {
    this.#deniedUntilMs.set(priority, untilMs);
  }

  /** Takes what the others have done. */
  learn({ calls, pausedUntilMs, told }: OthersView): void {
    this.log.learn(calls);
    this.pause(pausedUntilMs);
    if (told) this.#upstream.correct(told, this.#options.now());
  }

  /** Never more than there are, so that one can always be sent in time. */
  #weightIn(share: number): number {
    const { weight } = this.#options;
    return weight ? Math.min(weight(), share) : 1;
  }
}
