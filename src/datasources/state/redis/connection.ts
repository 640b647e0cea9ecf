import { Redis } from 'ioredis';
import { z } from 'zod';
import { GatewayError } from '../../../domain/errors.js';
import { type Telemetry } from '../../../domain/telemetry.js';
import { withTimeout, withTimeoutAfterStall } from '../../../domain/timeout.js';
import { checkedReply, OddReply, reconnectAfterStrayReplies, reopen } from './odd-replies.js';

/** Timeout of a required command in milliseconds: an error is better than a long wait for a Redis that is gone. */
export const requiredTimeoutMs = 2000;
/** Timeout of an optional command in milliseconds: its result is not worth a longer wait. */
const defaultWaitMs = 200;
/** Interval of the probes of a Redis that has not answered; no request waits for them. */
const probeIntervalMs = 250;
/** A connection that is silent for this long is replaced: it may be dead, or stuck in half a reply, while Redis is well. */
const maximumSilenceMs = 5000;

const pong = z.literal('PONG');

/** The code of an error: of the connection, or the word with which an error of Redis itself begins. */
export function redisErrorCode(error: Error): string | undefined {
  const { code } = error as { readonly code?: string };
  return code ?? /^[A-Z]{2,}\b/.exec(error.message)?.[0];
}

/** Redis has not replied within the longest time. */
class LateReply extends Error {}

/** Whether Redis has no database of the number in the URL. */
export function isNoDatabase(error: unknown): boolean {
  return error instanceof Error && /^ERR DB index/i.test(error.message);
}

/**
 * Connection to the Redis that the instances of an account share. A lost connection is restored automatically.
 *
 * All shared stores send their commands through it, so that they treat a Redis that is gone or slow alike. After an
 * optional command that failed or was late, no more optional commands are sent until a probe is answered in time: only
 * the first commands of an outage are delayed. A connection that stays silent is replaced.
 */
export class RedisConnection {
  readonly client: Redis;
  readonly #telemetry: Pick<Telemetry, 'redisFailed' | 'redisAnswered'>;
  readonly #waitMs: number;
  readonly #onUp: (() => void)[] = [];
  #isUp = false;
  #isClosed = false;
  #hasFailed = false;
  #timer: NodeJS.Timeout | undefined;
  /** Time of the first late command since the last answer. */
  #silentSinceMs: number | undefined;

  /** @param waitMs timeout of an optional command, in milliseconds. */
  constructor(
    url: string,
    telemetry: Pick<Telemetry, 'redisFailed' | 'redisAnswered'>,
    waitMs = defaultWaitMs,
  ) {
    this.#telemetry = telemetry;
    this.#waitMs = waitMs;
    this.client = new Redis(url, {
      connectTimeout: requiredTimeoutMs,
      maxRetriesPerRequest: 1,
    });
    this.client
      .on('error', (error) => {
        this.report(error);
        // The client would continue with database 0, whose keys may belong to another application.
        if (isNoDatabase(error)) reopen(this.client);
      })
      .on('close', () => ([this.#isUp, this.#hasFailed, this.#silentSinceMs] = [false, true, undefined]))
      .on('ready', this.#probe);
    reconnectAfterStrayReplies(this.client, this.report);
  }

  /** True while optional commands are sent. */
  get isUp(): boolean {
    return this.#isUp;
  }

  /** True once the connection has failed, also if it works again. False while the first one is still being opened. */
  get hasFailed(): boolean {
    return this.#hasFailed;
  }

  /** Calls the listener each time that Redis answers again, before any optional command is sent; at once if it answers now. */
  onUp(listener: () => void): void {
    this.#onUp.push(listener);
    if (this.#isUp) listener();
  }

  /** Sends an optional command. @returns undefined without an answer in time; Redis may have executed the command. */
  async tryRun<T>(command: (client: Redis) => Promise<T>): Promise<T | undefined> {
    if (!this.#isUp) return undefined;
    const answer = await this.#answerOf(command);
    if (answer) return answer.value;
    this.#isUp = false;
    this.#scheduleProbe();
    return undefined;
  }

  /** Sends a required command. @throws GatewayError UPSTREAM_UNAVAILABLE if it fails or is not answered within two seconds. */
  async run<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    try {
      const reply = await this.send(command);
      this.#silentSinceMs = undefined;
      return reply;
    } catch (error) {
      this.#noteFailure(error);
      if (error instanceof LateReply) this.#noteSilence();
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The shared state of the gateways cannot be reached.');
    }
  }

  /**
   * Sends a command. The timeout of ioredis would fail each command of a process that was stopped, before it reads the replies.
   * @throws LateReply, or an error of ioredis.
   */
  async send<T>(command: (client: Redis) => Promise<T>): Promise<T> {
    const reply = command(this.client).then((value) => ({ value }));
    const inTime = await withTimeoutAfterStall(requiredTimeoutMs, reply);
    if (!inTime) throw new LateReply('Command timed out');
    return inTime.value;
  }

  /** Reports that Redis has failed or was too late. */
  readonly report = (error: unknown): void => {
    if (error instanceof Error && !this.#isClosed) this.#telemetry.redisFailed(error, redisErrorCode(error));
  };

  /** Reports that all of Redis works again. */
  reportAnswer(): void {
    if (this.#isUp) this.#telemetry.redisAnswered();
  }

  /** Resolves once Redis answers, or after this time. */
  async ready(timeoutMs: number): Promise<void> {
    await withTimeout(
      timeoutMs,
      new Promise<void>((resolve) => {
        this.onUp(resolve);
      }),
    );
  }

  close(): void {
    this.#isUp = false;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.client.disconnect();
  }

  readonly #probe = (): void => {
    clearTimeout(this.#timer);
    if (!this.#canProbe) return; // the event `ready` probes again
    void this.#answerOf(async (client) => checkedReply(pong, await client.ping())).then((answer) => {
      if (!answer) this.#scheduleProbe();
      else if (!this.#isUp && this.#canProbe) {
        this.#isUp = true;
        this.#telemetry.redisAnswered();
        for (const listener of this.#onUp) listener();
      }
    });
  };

  get #canProbe(): boolean {
    return this.client.status === 'ready' && !this.#isClosed;
  }

  #scheduleProbe(): void {
    if (this.#isClosed) return;
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#probe, probeIntervalMs);
    this.#timer.unref();
  }

  #answerOf<T>(command: (client: Redis) => Promise<T>): Promise<{ readonly value: T } | undefined> {
    let isAnswered = false;
    const answer = this.send(command).then(
      (value) => {
        [isAnswered, this.#silentSinceMs] = [true, undefined];
        return { value };
      },
      (error: unknown) => {
        isAnswered = !(error instanceof LateReply);
        this.#noteFailure(error);
        return undefined;
      },
    );
    return withTimeoutAfterStall(this.#waitMs, answer).then((result) => {
      if (!isAnswered) this.#noteSilence();
      return result;
    });
  }

  /** After a reply of another command, all others would be too. */
  #noteFailure(error: unknown): void {
    this.report(error);
    if (error instanceof OddReply && this.#canProbe) reopen(this.client);
  }

  #noteSilence(): void {
    const nowMs = performance.now();
    this.#silentSinceMs ??= nowMs;
    if (nowMs - this.#silentSinceMs < maximumSilenceMs || !this.#canProbe) return;
    this.#silentSinceMs = undefined;
    reopen(this.client);
  }
}
