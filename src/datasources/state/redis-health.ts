import { type Redis } from 'ioredis';

/** What a Redis that may be gone is asked through. */
export interface RedisHealthOptions {
  /** Belongs to who made it: it is not closed here. */
  readonly redis: Redis;
  /** Told why Redis gave no answer. */
  readonly onTrouble: (error: Error) => void;
}

/** How long an answer may take: what is asked here can be done without, and should not be waited for. */
const patienceMs = 200;
/** How often a Redis that gave none is tried again; nobody waits for that. */
const probeEveryMs = 250;

/**
 * Asks Redis what can be done without. One answer that fails or takes long, and nothing is asked any more until a probe
 * of its own is answered in time: a Redis that is slow or gone makes nobody wait but those who asked first.
 */
export class RedisHealth {
  readonly #redis: Redis;
  readonly #onTrouble: (error: Error) => void;
  readonly #onBack: (() => void)[] = [];
  readonly #lost = (): void => {
    this.#isWell = false;
  };
  #isWell = false;
  #timer: NodeJS.Timeout | undefined;

  constructor({ redis, onTrouble }: RedisHealthOptions) {
    this.#redis = redis;
    this.#onTrouble = onTrouble;
    redis.on('close', this.#lost);
    redis.on('ready', this.#probe);
    this.#probe();
  }

  /** Whether it is worth asking. */
  get isWell(): boolean {
    return this.#isWell;
  }

  /** Calls back whenever Redis answers again, before anything else is asked; at once where it does. */
  onBack(listener: () => void): void {
    this.#onBack.push(listener);
    if (this.#isWell) listener();
  }

  /** @returns undefined where there is no answer in time. What was asked may have been done all the same. */
  async ask<T>(command: (redis: Redis) => Promise<T>): Promise<T | undefined> {
    if (!this.#isWell) return undefined;
    const answer = await this.#inTime(command);
    if (answer) return answer.value;
    this.#lost();
    this.#plan();
    return undefined;
  }

  /** Stops trying. */
  close(): void {
    this.#isWell = false;
    clearTimeout(this.#timer);
    this.#redis.off('close', this.#lost);
    this.#redis.off('ready', this.#probe);
  }

  /** Resolves once Redis answers, or after this time. */
  async ready(withinMs: number): Promise<void> {
    const untilMs = performance.now() + withinMs;
    while (!this.#isWell && performance.now() < untilMs)
      await new Promise((resolve) => setTimeout(resolve, 5));
  }

  readonly #probe = (): void => {
    if (this.#redis.status !== 'ready') return;
    clearTimeout(this.#timer);
    void this.#inTime((redis) => redis.ping()).then((answer) => {
      if (!answer) this.#plan();
      else if (!this.#isWell && this.#redis.status === 'ready') {
        this.#isWell = true;
        for (const listener of this.#onBack) listener();
      }
    });
  };

  /** Once it is connected again it is tried at once; where it is connected and slow, from time to time. */
  #plan(): void {
    clearTimeout(this.#timer);
    this.#timer = setTimeout(this.#probe, probeEveryMs);
    this.#timer.unref();
  }

  #inTime<T>(command: (redis: Redis) => Promise<T>): Promise<{ readonly value: T } | undefined> {
    return new Promise((resolve) => {
      // An answer that is there already counts, also where it was this process that was slow to look.
      const giveUp = setTimeout(() => setImmediate(resolve, undefined), patienceMs);
      command(this.#redis).then(
        (value) => {
          clearTimeout(giveUp);
          resolve({ value });
        },
        (error: unknown) => {
          clearTimeout(giveUp);
          if (error instanceof Error) this.#onTrouble(error);
          resolve(undefined);
        },
      );
    });
  }
}
