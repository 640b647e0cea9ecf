import { randomBytes } from 'node:crypto';
import {
  type CallLedger,
  type Grant,
  type OtherCall,
  type OthersView,
  type OwnCall,
  type PlaceClaim,
} from '../exotel/policy/call-ledger.js';
import { type RateHeaders } from '../exotel/policy/upstream-count.js';
import { beatScript, endScript, pauseScript, takeScript } from './ledger-scripts.js';
import { type RedisHealth } from './redis-health.js';

/** What the window needs. */
export interface RedisWindowOptions {
  readonly health: RedisHealth;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Per attempt: no call is in flight for longer. */
  readonly timeoutMs: number;
  /** Epoch milliseconds. */
  readonly now: () => number;
  /** Length of the sliding window; shorter in tests. */
  readonly minuteMs?: number | undefined;
}

/** What the scripts answer; times are this process's. */
interface Reply {
  readonly isGranted: boolean;
  /** Milliseconds until there is a place, where none was granted. */
  readonly waitMs: number;
  /** Milliseconds for which the upstream asked to send nothing. */
  readonly pausedMs: number;
  /** Gateways that are alive, this one included. */
  readonly gateways: number;
  /** Rate headers of another gateway's last response; empty where there are none. */
  readonly headers: string;
  /** Calls of the other gateways. */
  readonly calls: readonly OtherCall[];
}

const maximumPauseMs = 3_600_000;
/** Interval at which a gateway says that it is alive, and learns what the others do. */
const heartbeatIntervalMs = 1000;
/** A gateway without a heartbeat for this long counts as gone. */
const gatewayTtlMs = 5000;
/** A call may wait for its connection before its timeout begins. */
const slackMs = 5000;

/**
 * The calls of all gateways of an account in one sliding window, by Redis's clock. While Redis is gone, each gateway counts
 * its own calls with the weight of all.
 */
export class RedisWindow implements CallLedger {
  readonly #options: RedisWindowOptions;
  readonly #gateway = randomBytes(8).toString('hex');
  readonly #minuteMs: number;
  readonly #inFlightMs: number;
  #onView: (view: OthersView) => void = () => undefined;
  #gateways = 1;
  /** After an outage: the other gateways may need until then to find Redis again. */
  #settledAtMs = 0;
  #headers = '';
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisWindowOptions) {
    this.#options = options;
    this.#minuteMs = options.minuteMs ?? 60_000;
    this.#inFlightMs = options.timeoutMs + this.#minuteMs + slackMs;
  }

  get weight(): number {
    return this.#options.health.isWell && this.#isSettled ? 1 : this.#gateways;
  }

  open(onView: (view: OthersView) => void, own: () => readonly OwnCall[]): void {
    this.#onView = onView;
    this.#options.health.onBack(() => {
      if (this.#gateways > 1) this.#settledAtMs = performance.now() + gatewayTtlMs;
      void this.#heartbeat(own());
    });
    this.#timer = setInterval(() => void this.#heartbeat(), heartbeatIntervalMs).unref();
  }

  async take({ id, isBackground, share, backgroundShare }: PlaceClaim): Promise<Grant> {
    const spans = [this.#inFlightMs, this.#minuteMs];
    const reply = this.#replyIn(
      await this.#run(takeScript, id, Number(isBackground), share, backgroundShare, ...spans),
    );
    if (!reply) return 'gone';
    this.#learn(reply);
    return reply.isGranted ? 'granted' : { waitMs: reply.waitMs };
  }

  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void {
    const text = headers?.remaining === undefined ? '' : JSON.stringify(headers);
    void this.#run(endScript, id, Number(wasSent), this.#minuteMs, this.#emptyForMs(headers), text);
  }

  pause(ms: number): void {
    void this.#run(pauseScript, Math.min(Math.ceil(ms), maximumPauseMs));
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#options.health.ask((redis) => redis.zrem(this.#key('gateways'), this.#gateway));
  }

  get #isSettled(): boolean {
    return performance.now() >= this.#settledAtMs;
  }

  /**
   * Says that this gateway is alive.
   * @param calls all that count, to replace those in the window after an outage; undefined: the window has them.
   */
  async #heartbeat(calls?: readonly OwnCall[]): Promise<void> {
    const nowMs = this.#options.now();
    const entries = calls?.flatMap(({ id, isBackground, beganAtMs, expiresAtMs }) => {
      const isInFlight = expiresAtMs === Infinity;
      const leftMs = isInFlight ? this.#inFlightMs : Math.max(0, Math.ceil(expiresAtMs - nowMs));
      return [id, Number(isBackground), Math.floor(nowMs - beganAtMs), leftMs, Number(isInFlight)];
    });
    const reply = this.#replyIn(
      await this.#run(beatScript, gatewayTtlMs, Number(calls !== undefined), ...(entries ?? [])),
    );
    if (reply) this.#learn(reply);
  }

  #learn({ gateways, headers, calls, pausedMs }: Reply): void {
    if (this.#isSettled || gateways >= this.#gateways) {
      this.#gateways = Math.max(1, gateways);
      this.#settledAtMs = 0;
    }
    const isNew = headers !== '' && headers !== this.#headers;
    this.#headers = headers;
    this.#onView({
      calls,
      pausedUntilMs: pausedMs > 0 ? this.#options.now() + pausedMs : 0,
      told: isNew ? headersIn(headers) : undefined,
    });
  }

  /** Milliseconds for which the upstream accepts no call, by its own rate headers; 0 where they do not say so. */
  #emptyForMs(headers: RateHeaders | undefined): number {
    if (headers?.remaining !== 0) return 0;
    const forMs = headers.resetAtMs === undefined ? this.#minuteMs : headers.resetAtMs - this.#options.now();
    return Math.max(0, Math.min(Math.ceil(forMs), this.#minuteMs));
  }

  async #run(script: string, ...values: (string | number)[]): Promise<unknown> {
    const keys = ['calls', 'account', 'gateways'].map((name) => this.#key(name));
    return this.#options.health.ask((redis) =>
      redis.eval(script, keys.length, ...keys, this.#gateway, ...values),
    );
  }

  #key(name: string): string {
    return `${this.#options.prefix}budget:${name}`;
  }

  #replyIn(answer: unknown): Reply | undefined {
    if (!answer) return undefined;
    const [granted, waitMs, pausedMs, gateways, headers, ...calls] = answer as [
      number,
      number,
      number,
      number,
      string,
      ...string[],
    ];
    const nowMs = this.#options.now();
    return {
      isGranted: granted === 1,
      waitMs,
      pausedMs,
      gateways,
      headers,
      calls: calls.map((text) => callIn(text, nowMs)),
    };
  }
}

/** Redis gives spans, since clocks differ. */
function callIn(text: string, nowMs: number): OtherCall {
  const [leftMs = 0, isBackground, ageMs = 0, isInFlight] = text.split(' ').map(Number);
  return {
    isBackground: isBackground === 1,
    isInFlight: isInFlight === 1,
    beganAtMs: nowMs - ageMs,
    expiresAtMs: nowMs + leftMs,
  };
}

function headersIn(text: string): RateHeaders {
  const { limit, remaining, resetAtMs } = JSON.parse(text) as Partial<RateHeaders>;
  return { limit, remaining, resetAtMs };
}
