import { type Redis } from 'ioredis';

/** Connection to a Redis that may be gone. */
export interface RedisHealthOptions {
  /** Belongs to its opener: it is not closed here. */
  readonly redis: Redis;
  /** Called with the reason why Redis gave no answer. */
  readonly onTrouble: (error: Error) => void;
}

/** Time limit of a command: its result is optional and not worth a longer wait. */
const commandTimeoutMs = 200;
/** Interval of the probes of a Redis that gave no answer; no request waits for them. */
const probeIntervalMs = 250;

/**
 * Sends Redis commands whose results are optional. After one command that fails or is late no more are sent until a probe
 * is answered in time: a Redis that is slow or gone delays only the first commands.
 */
export class RedisHealth {
  readonly #options: RedisHealthOptions;
  readonly #onBack: (() => void)[] = [];
  #isWell = false;
  #isClosed = false;
  #timer: NodeJS.Timeout | undefined;

  constructor(options: RedisHealthOptions) {
    this.#options = options;
    options.redis.on('close', this.#lost).on('ready', this.#probe);
    this.#probe();
  }

  /** True while commands are sent. */
  get isWell(): boolean {
    return this.#isWell;
  }

  /** Calls back whenever Redis answers again, before any other command is sent; at once where it answers now. */
  onBack(listener: () => void): void {
    this.#onBack.push(listener);
    if (this.#isWell) listener();
  }

  /** @returns undefined where no answer comes in time. Redis may have executed the command all the same. */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (!this.#isWell) return undefined;
    const answer = await this.#inTime(() => command(this.#options.redis));
    if (answer) return answer.value;
    this.#lost();
    this.#scheduleProbe();
    return undefined;
  }

  /** Resolves once Redis answers, or after this time. */
  async ready(withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    while (!this.#isWell && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  /** Stops the probes. Commands that fail from then on are not reported. */
  close(): void {
    this.#isWell = false;
    this.#isClosed = true;
    clearTimeout(this.#timer);
    this.#options.redis.off('close', this.#lost).off('ready', this.#probe);
  }

  readonly #lost = (): void => {
    this.#isWell = false;
  };

  readonly #probe = (): void => {
    if (!this.#isOpen) return; // the event `ready` probes again
    clearTimeout(this.#timer);
    void this.#inTime(() => this.#options.redis.ping()).then((answer) => {
      if (!answer) this.#scheduleProbe();
      else if (!this.#isWell && this.#isOpen) {
        this.#isWell = true;
        for (const listener of this.#onBack) listener();
      }
    });
  };

  get #isOpen(): boolean {
    return this.#options.redis.status === 'ready';
  }

  #scheduleProbe(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#probe, probeIntervalMs);
    this.#timer.unref();
  }

  #inTime<T>(command: () => Promise<T>): Promise<{ readonly value: T } | undefined> {
    return new Promise((resolve) => {
      // An answer that has arrived counts, even where this process was too busy to read it in time.
      const giveUp = setTimeout(() => setImmediate(resolve, undefined), commandTimeoutMs);
      command().then(
        (value) => {
          clearTimeout(giveUp);
          resolve({ value });
        },
        (error: unknown) => {
          clearTimeout(giveUp);
          if (error instanceof Error && !this.#isClosed) this.#options.onTrouble(error);
          resolve(undefined);
        },
      );
    });
  }
}
