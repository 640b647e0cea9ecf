import { randomBytes } from 'node:crypto';
import { type Redis } from 'ioredis';
import {
  type CallLedger,
  type Grant,
  type OthersView,
  type OwnCall,
  type PlaceClaim,
} from '../exotel/policy/call-ledger.js';
import { type RateHeaders } from '../exotel/policy/upstream-count.js';
import { type LedgerAnswer, readLedgerAnswer } from './ledger-answer.js';
import { beatScript, endScript, pauseScript, takeScript } from './ledger-scripts.js';
import { type RedisHealth } from './redis-health.js';

/** Where the ledger is. */
export interface RedisLedgerOptions {
  readonly health: RedisHealth;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Per try: no call is in flight for longer. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** In which calls are counted; shorter in tests. */
  readonly minuteMs?: number;
}

const longestPauseMs = 3_600_000;
/** How often a gateway says that it is there, and learns what the others do. */
const beatEveryMs = 1000;
/** Who has not said so for this long is not there. */
const gatewayTtlMs = 5000;
/** A call may wait for its connection before its time begins to run. */
const slackMs = 5000;

/** The ledger in Redis, by Redis's clock. */
export class RedisLedger implements CallLedger {
  readonly #options: RedisLedgerOptions;
  readonly #gateway = randomBytes(8).toString('hex');
  readonly #minuteMs: number;
  #onView: (view: OthersView) => void = () => undefined;
  #gateways = 1;
  /** After an outage: until then the others may not have found Redis again yet. */
  #settledAtMs = 0;
  #told = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisLedgerOptions) {
    this.#options = options;
    this.#minuteMs = options.minuteMs ?? 60_000;
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

  async take({ id, isBackground, share, backgroundShare }: PlaceClaim): Promise<Grant> {
    const inFlightMs = this.#options.timeoutMs + this.#minuteMs + slackMs;
    const answer = await this.#ask(
      takeScript,
      id,
      Number(isBackground),
      share,
      backgroundShare,
      inFlightMs,
      this.#minuteMs,
    );
    if (!answer) return 'gone';
    const { isGranted, waitMs } = this.#learn(answer);
    return isGranted ? 'granted' : { waitMs };
  }

  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void {
    const told = headers?.remaining === undefined ? '' : JSON.stringify(headers);
    void this.#ask(endScript, id, Number(wasSent), this.#minuteMs, this.#emptyForMs(headers), told);
  }

  pause(ms: number): void {
    void this.#ask(pauseScript, Math.min(Math.ceil(ms), longestPauseMs));
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#options.health.ask((redis) => redis.zrem(this.#key('gateways'), this.#gateway));
  }

  /** Says that this gateway is there, and, after an outage, what it has done meanwhile. */
  async #beat(own?: readonly OwnCall[]): Promise<void> {
    const nowMs = this.#options.now();
    const inFlightMs = this.#options.timeoutMs + this.#minuteMs + slackMs;
    const calls = own?.flatMap(({ id, isBackground, beganAtMs, expiresAtMs }) => {
      const isInFlight = expiresAtMs === Infinity;
      const forMs = isInFlight ? inFlightMs : Math.max(0, Math.ceil(expiresAtMs - nowMs));
      return [id, Number(isBackground), Math.floor(nowMs - beganAtMs), forMs, Number(isInFlight)];
    });
    const answer = await this.#ask(beatScript, gatewayTtlMs, Number(own !== undefined), ...(calls ?? []));
    if (answer) this.#learn(answer);
  }

  #learn(answer: unknown): LedgerAnswer {
    const read = readLedgerAnswer(answer, this.#options.now());
    const isSettled = performance.now() >= this.#settledAtMs;
    if (isSettled || read.gateways >= this.#gateways) {
      this.#gateways = Math.max(1, read.gateways);
      this.#settledAtMs = 0;
    }
    const told = read.toldText === this.#told ? undefined : read.view.told;
    this.#told = read.toldText;
    this.#onView({ ...read.view, told });
    return read;
  }

  /** For how long the upstream takes nothing from anybody, as it says itself. */
  #emptyForMs(headers: RateHeaders | undefined): number {
    if (headers?.remaining !== 0) return 0;
    const forMs = headers.resetAtMs === undefined ? this.#minuteMs : headers.resetAtMs - this.#options.now();
    return Math.max(0, Math.min(Math.ceil(forMs), this.#minuteMs));
  }

  async #ask(script: string, ...values: (string | number)[]): Promise<unknown> {
    const keys = ['calls', 'account', 'gateways'].map((name) => this.#key(name));
    return this.#options.health.ask((redis: Redis) =>
      redis.eval(script, keys.length, ...keys, this.#gateway, ...values),
    );
  }

  #key(name: string): string {
    return `${this.#options.prefix}budget:${name}`;
  }
}
