import { randomBytes } from 'node:crypto';
import { z } from 'zod';
import { parseJson } from '../../../domain/json.js';
import { type RedisConnection } from '../../state/redis/connection.js';
import { checkedReply } from '../../state/redis/odd-replies.js';
import { type EnteredCall, gatewayTtlMs, heartbeatIntervalMs, OtherGateways } from './other-gateways.js';
import {
  type Grant,
  type OthersView,
  type OwnCall,
  type SharedWindow,
  type WindowRequest,
} from './shared-window.js';
import { minuteMs as oneMinuteMs, type RateHeaders } from './upstream-quota.js';
import { endScript, heartbeatScript, pauseScript, takeScript } from './window-scripts.js';

/** Options of the window. */
interface RedisWindowOptions {
  readonly connection: RedisConnection;
  /** Prefix of all keys, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Timeout of an attempt: no call is in flight for longer. */
  readonly timeoutMs: number;
  /** Monotonic clock in milliseconds. */
  readonly now: () => number;
  /** Clock in epoch milliseconds, for the upstream's headers. */
  readonly wallNow: () => number;
  /** Length of the sliding window; shorter in tests. */
  readonly minuteMs?: number | undefined;
}

/** Reply of a script, with times of this process. */
interface Reply {
  /** False if the window has lost entries: then nothing was done. */
  readonly isWhole: boolean;
  readonly isGranted: boolean;
  /** Milliseconds until there is room; 0 if the call was granted. */
  readonly waitMs: number;
  /** Milliseconds of the pause that the upstream demanded. */
  readonly pausedMs: number;
  readonly epoch: string;
  /** Rate headers of another gateway's latest response; may be empty. */
  readonly headers: string;
  /** Gateways that are alive and have entered their calls in this epoch. */
  readonly gateways: readonly string[];
  /** Calls of the other gateways. */
  readonly calls: readonly EnteredCall[];
}

/** Grant, wait, pause, epoch, rate headers and gateways; then the id, remaining time, kind, age and state of each call. */
const viewReply = z
  .tuple([z.number(), z.number(), z.number(), z.string(), z.string(), z.string()])
  .rest(z.string().regex(/^\S+ \d+ \d \d+ \d$/));
const anyReply = z.unknown();
/** As gateways write them. */
const rateHeaders = z.object({
  limit: z.number().optional(),
  remaining: z.number().optional(),
  resetAtMs: z.number().optional(),
});

const maximumPauseMs = 3_600_000;
/** Interval in which a call asks again while the window is not whole. */
const retryMs = 50;
/** How long the calls of a start wait for a Redis that has not failed: until then, the calls of the others are not known. */
const joinMs = 3000;
/** A call may wait for its connection before its timeout begins. */
const slackMs = 5000;

/**
 * Sliding window of the calls of all gateways of an account, by the clock of Redis. While Redis is gone, each gateway counts its
 * own calls with the weight of all gateways. If Redis has lost the window, each gateway enters its calls again.
 */
export class RedisWindow implements SharedWindow {
  readonly #options: RedisWindowOptions;
  readonly #gateway = randomBytes(8).toString('hex');
  readonly #minuteMs: number;
  readonly #inFlightMs: number;
  readonly #others = new OtherGateways();
  /** Ids of calls that ask for a place. Where the window has lost entries, they get none, and ask again. */
  readonly #asking = new Set<string>();
  #onView: (view: OthersView) => void = () => undefined;
  #own: () => readonly OwnCall[] = () => [];
  /** Epoch of the window in which this gateway has entered its calls; empty until that is confirmed. */
  #epoch = '';
  #headers = '';
  #timer: NodeJS.Timeout | undefined;
  /** Number of times that this gateway has entered its calls. */
  #entries = 0;
  #isEntering = false;
  /** Until then calls wait for the first view of the window. */
  #joinUntilMs = 0;
  /** Whether this process was stopped for a while and has not seen the window since. */
  #wasStopped = false;
  #beatAtMs = 0;

  constructor(options: RedisWindowOptions) {
    this.#options = options;
    this.#minuteMs = options.minuteMs ?? oneMinuteMs;
    this.#inFlightMs = options.timeoutMs + this.#minuteMs + slackMs;
  }

  get weight(): number {
    return this.#others.weight(this.#options.connection.isUp, this.#options.now());
  }

  open(onView: (view: OthersView) => void, own: () => readonly OwnCall[]): void {
    this.#onView = onView;
    this.#own = own;
    this.#beatAtMs = this.#options.now();
    this.#joinUntilMs = this.#beatAtMs + joinMs;
    this.#options.connection.onUp(() => {
      this.#others.lose(this.#options.now(), 'outage');
      void this.#enter(own());
    });
    this.#timer = setInterval(() => void this.#heartbeat(), heartbeatIntervalMs).unref();
  }

  async take({ id, isBackground, share, backgroundShare }: WindowRequest): Promise<Grant> {
    const askedAtMs = this.#options.now();
    const holdMs = this.#holdMs();
    if (holdMs > 0) return { waitMs: Math.min(holdMs, retryMs) };
    const spans = [this.#inFlightMs, this.#minuteMs];
    const request = [id, Number(isBackground), share, backgroundShare, ...spans, this.#epoch];
    this.#asking.add(id);
    const reply = this.#replyIn(await this.#run(viewReply, takeScript, ...request));
    if (reply) this.#learn(reply);
    this.#asking.delete(id);
    if (!reply) return this.#holdMs() > 0 ? { waitMs: retryMs } : 'unavailable';
    if (!reply.isWhole) return { waitMs: retryMs };
    if (!reply.isGranted) return { waitMs: reply.waitMs };
    if (this.#options.now() - askedAtMs <= slackMs) return 'granted';
    this.end(id, false, undefined); // this process was stopped: the window would not count the call for long enough
    return { waitMs: retryMs };
  }

  /**
   * How long calls are held, in milliseconds: while others enter their calls again, and until a Redis has answered that is slow at
   * the start, or whose connection was lost while this process was stopped.
   */
  #holdMs(): number {
    const { connection, now } = this.#options;
    if (connection.isUp) return this.#others.holdMs(now());
    return connection.hasFailed && !this.#wasStopped ? 0 : this.#joinUntilMs - now();
  }

  end(id: string, wasSent: boolean, headers: RateHeaders | undefined): void {
    const text = headers?.remaining === undefined ? '' : JSON.stringify(headers);
    void this.#run(anyReply, endScript, id, Number(wasSent), this.#minuteMs, this.#emptyForMs(headers), text);
  }

  pause(ms: number): void {
    void this.#run(anyReply, pauseScript, Math.min(Math.ceil(ms), maximumPauseMs));
  }

  close(): void {
    clearInterval(this.#timer);
    void this.#options.connection.tryRun((redis) => redis.zrem(this.#key('gateways'), this.#gateway));
  }

  /** Enters all calls of this gateway, in place of those that the window has, and those it knows of gateways that are gone. */
  async #enter(calls: readonly OwnCall[]): Promise<void> {
    const nowMs = this.#options.now();
    const own = calls.map((call) => ({
      ...call,
      id: `${this.#gateway}/${call.id}`,
      isInFlight: call.expiresAtMs === Infinity,
    }));
    const values = [...own, ...this.#others.remembered].flatMap(
      ({ id, isBackground, beganAtMs, expiresAtMs, isInFlight }) => {
        const leftMs = Math.max(0, Math.ceil(Math.min(expiresAtMs - nowMs, this.#inFlightMs)));
        return [
          id,
          Number(isBackground),
          Math.max(0, Math.floor(nowMs - beganAtMs)),
          leftMs,
          Number(isInFlight),
        ];
      },
    );
    this.#epoch = '';
    this.#isEntering = true;
    const entry = (this.#entries += 1);
    const reply = this.#replyIn(await this.#run(viewReply, heartbeatScript, gatewayTtlMs, '', 1, ...values));
    if (entry !== this.#entries) return; // the connection was lost meanwhile, and is back
    this.#isEntering = false;
    if (!reply) return; // Redis is gone
    this.#epoch = reply.epoch;
    this.#learn(reply);
  }

  async #heartbeat(): Promise<void> {
    this.#noteStop();
    if (this.#isEntering) return;
    const reply = this.#replyIn(await this.#run(viewReply, heartbeatScript, gatewayTtlMs, this.#epoch, 0));
    if (reply) this.#learn(reply);
  }

  /** After a stop, what is known of the others is old: they may have used the window up. */
  #noteStop(): void {
    const nowMs = this.#options.now();
    if (nowMs - this.#beatAtMs > gatewayTtlMs) [this.#wasStopped, this.#joinUntilMs] = [true, nowMs + joinMs];
    this.#beatAtMs = nowMs;
  }

  #learn({ isWhole, gateways, headers, calls, pausedMs }: Reply): void {
    const nowMs = this.#options.now();
    [this.#joinUntilMs, this.#wasStopped] = [0, false];
    const isLost = !isWhole && !this.#isEntering; // later replies to earlier commands say the same
    if (isLost) {
      this.#others.lose(nowMs, 'loss');
      void this.#enter(this.#own().filter(({ id }) => !this.#asking.has(id)));
    }
    const isNew = headers !== '' && headers !== this.#headers;
    this.#headers = headers;
    this.#onView({
      calls: this.#others.learn(gateways, calls, nowMs),
      pausedUntilMs: pausedMs > 0 ? nowMs + pausedMs : 0,
      headers: isNew ? headersIn(headers) : undefined,
    });
  }

  /** Milliseconds for which the upstream accepts no call, by its own rate headers; 0 where they do not say so. */
  #emptyForMs(headers: RateHeaders | undefined): number {
    if (headers?.remaining !== 0) return 0;
    const forMs =
      headers.resetAtMs === undefined ? this.#minuteMs : headers.resetAtMs - this.#options.wallNow();
    return Math.max(0, Math.min(Math.ceil(forMs), this.#minuteMs));
  }

  async #run<T>(shape: z.ZodType<T>, script: string, ...values: (string | number)[]): Promise<T | undefined> {
    const keys = ['calls', 'account', 'gateways'].map((name) => this.#key(name));
    return this.#options.connection.tryRun(async (redis) =>
      checkedReply(shape, await redis.eval(script, keys.length, ...keys, this.#gateway, ...values)),
    );
  }

  #key(name: string): string {
    return `${this.#options.prefix}budget:${name}`;
  }

  #replyIn(reply: z.infer<typeof viewReply> | undefined): Reply | undefined {
    if (!reply) return undefined;
    const [granted, waitMs, pausedMs, epoch, headers, gateways, ...calls] = reply;
    const nowMs = this.#options.now();
    return {
      isWhole: granted !== -1,
      isGranted: granted === 1,
      waitMs,
      pausedMs,
      epoch,
      headers,
      gateways: gateways.split(' ').filter(Boolean),
      calls: calls.map((text) => callIn(text, nowMs)),
    };
  }
}

/** Redis returns spans of time, since clocks differ. */
function callIn(text: string, nowMs: number): EnteredCall {
  const [id = '', ...numbers] = text.split(' ');
  const [leftMs = 0, isBackground, ageMs = 0, isInFlight] = numbers.map(Number);
  return {
    id,
    isBackground: isBackground === 1,
    isInFlight: isInFlight === 1,
    beganAtMs: nowMs - ageMs,
    expiresAtMs: nowMs + leftMs,
  };
}

function headersIn(text: string): RateHeaders | undefined {
  const { data } = rateHeaders.safeParse(parseJson(text));
  return data && { limit: data.limit, remaining: data.remaining, resetAtMs: data.resetAtMs };
}
