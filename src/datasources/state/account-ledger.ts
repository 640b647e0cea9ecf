import { randomBytes } from 'node:crypto';
import {
  type CallLedger,
  type Grant,
  type OthersView,
  type OwnCall,
  type PlaceClaim,
} from '../exotel/policy/call-ledger.js';
import { type RateHeaders } from '../exotel/policy/upstream-count.js';
import { type BookAnswer, type CallBook } from './call-book.js';
import { viewIn } from './ledger-view.js';
import { type StoreHealth } from './store-health.js';

/** What the ledger is made of. */
export interface AccountLedgerOptions {
  readonly book: CallBook;
  /** Of where the book is. */
  readonly health: Pick<StoreHealth<unknown>, 'isWell' | 'onBack'>;
  /** Per try: no call is in flight for longer. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** In which calls are counted; shorter in tests. */
  readonly minuteMs?: number | undefined;
}

const longestPauseMs = 3_600_000;
/** How often a gateway says that it is there, and learns what the others do. */
const beatEveryMs = 1000;
/** Who has not said so for this long is not there. */
const gatewayTtlMs = 5000;
/** A call may wait for its connection before its time begins to run. */
const slackMs = 5000;

/** One gateway's part in the book of all: what it may send, and what it does not know where the book is gone. */
export class AccountLedger implements CallLedger {
  readonly #options: AccountLedgerOptions;
  readonly #gateway = randomBytes(8).toString('hex');
  readonly #minuteMs: number;
  readonly #inFlightMs: number;
  #onView: (view: OthersView) => void = () => undefined;
  #gateways = 1;
  /** After an outage: until then the others may not have found the book again yet. */
  #settledAtMs = 0;
  #told = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: AccountLedgerOptions) {
    this.#options = options;
    this.#minuteMs = options.minuteMs ?? 60_000;
    this.#inFlightMs = options.timeoutMs + this.#minuteMs + slackMs;
  }

  get weight(): number {
    const isSettled = performance.now() >= this.#settledAtMs;
    return this.#options.health.isWell && isSettled ? 1 : this.#gateways;
  }

  open(onView: (view: OthersView) => void, own: () => readonly OwnCall[]): void {
    this.#onView = onView;
    this.#options.health.onBack(() => {
      if (this.#gateways > 1) this.#settledAtMs = performance.now() + gatewayTtlMs;
      void this.#beat(own());
    });
    this.#timer = setInterval(() => void this.#beat(), beatEveryMs).unref();
  }

  async take(claim: PlaceClaim): Promise<Grant> {
    const spans = { inFlightMs: this.#inFlightMs, minuteMs: this.#minuteMs };
    const answer = await this.#options.book.take(this.#gateway, { ...claim, ...spans });
    if (!answer) return 'gone';
    this.#learn(answer);
    return answer.isGranted ? 'granted' : { waitMs: answer.waitMs };
  }

  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void {
    const told = headers?.remaining === undefined ? '' : JSON.stringify(headers);
    const pauseMs = this.#emptyForMs(headers);
    void this.#options.book.end(this.#gateway, { id, wasSent, minuteMs: this.#minuteMs, pauseMs, told });
  }

  pause(ms: number): void {
    void this.#options.book.pause(this.#gateway, Math.min(Math.ceil(ms), longestPauseMs));
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#options.book.leave(this.#gateway);
  }

  /** Says that this gateway is there, and, after an outage, what it has done meanwhile. */
  async #beat(calls?: readonly OwnCall[]): Promise<void> {
    const nowMs = this.#options.now();
    const own = calls?.map(({ id, isBackground, beganAtMs, expiresAtMs }) => {
      const isInFlight = expiresAtMs === Infinity;
      const leftMs = isInFlight ? this.#inFlightMs : Math.max(0, Math.ceil(expiresAtMs - nowMs));
      return { id, isBackground, isInFlight, ageMs: Math.floor(nowMs - beganAtMs), leftMs };
    });
    const answer = await this.#options.book.beat(this.#gateway, { ttlMs: gatewayTtlMs, own });
    if (answer) this.#learn(answer);
  }

  #learn(answer: BookAnswer): void {
    const isSettled = performance.now() >= this.#settledAtMs;
    if (isSettled || answer.gateways >= this.#gateways) {
      this.#gateways = Math.max(1, answer.gateways);
      this.#settledAtMs = 0;
    }
    const isNews = answer.told !== this.#told;
    this.#told = answer.told;
    this.#onView(viewIn(isNews ? answer : { ...answer, told: '' }, this.#options.now()));
  }

  /** For how long the upstream takes nothing from anybody, as it says itself. */
  #emptyForMs(headers: RateHeaders | undefined): number {
    if (headers?.remaining !== 0) return 0;
    const forMs = headers.resetAtMs === undefined ? this.#minuteMs : headers.resetAtMs - this.#options.now();
    return Math.max(0, Math.min(Math.ceil(forMs), this.#minuteMs));
  }
}
