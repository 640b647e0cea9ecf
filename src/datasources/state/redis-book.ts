import {
  type BookAnswer,
  type BookBeat,
  type BookCall,
  type BookClaim,
  type BookEnd,
  type CallBook,
} from './call-book.js';
import { beatScript, endScript, pauseScript, takeScript } from './ledger-scripts.js';
import { type RedisHealth } from './redis-health.js';

/** Where the book is. */
export interface RedisBookOptions {
  readonly health: RedisHealth;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
}

/** The book in Redis, by Redis's clock. */
export class RedisBook implements CallBook {
  readonly #options: RedisBookOptions;

  constructor(options: RedisBookOptions) {
    this.#options = options;
  }

  async take(gateway: string, claim: BookClaim): Promise<BookAnswer | undefined> {
    const { id, isBackground, share, backgroundShare, inFlightMs, minuteMs } = claim;
    return answerIn(
      await this.#ask(
        takeScript,
        gateway,
        id,
        Number(isBackground),
        share,
        backgroundShare,
        inFlightMs,
        minuteMs,
      ),
    );
  }

  async end(gateway: string, { id, wasSent, minuteMs, pauseMs, told }: BookEnd): Promise<void> {
    await this.#ask(endScript, gateway, id, Number(wasSent), minuteMs, pauseMs, told);
  }

  async pause(gateway: string, ms: number): Promise<void> {
    await this.#ask(pauseScript, gateway, ms);
  }

  async beat(gateway: string, { ttlMs, own }: BookBeat): Promise<BookAnswer | undefined> {
    const calls = own?.flatMap(({ id, isBackground, ageMs, leftMs, isInFlight }) => [
      id,
      Number(isBackground),
      ageMs,
      leftMs,
      Number(isInFlight),
    ]);
    return answerIn(await this.#ask(beatScript, gateway, ttlMs, Number(own !== undefined), ...(calls ?? [])));
  }

  async leave(gateway: string): Promise<void> {
    await this.#options.health.ask((redis) => redis.zrem(this.#key('gateways'), gateway));
  }

  async #ask(script: string, ...values: (string | number)[]): Promise<unknown> {
    const keys = ['calls', 'account', 'gateways'].map((name) => this.#key(name));
    return this.#options.health.ask((redis) => redis.eval(script, keys.length, ...keys, ...values));
  }

  #key(name: string): string {
    return `${this.#options.prefix}budget:${name}`;
  }
}

/** What the scripts answer. */
function answerIn(answer: unknown): BookAnswer | undefined {
  if (!answer) return undefined;
  const [granted, waitMs, pausedMs, gateways, told, ...calls] = answer as [
    number,
    number,
    number,
    number,
    string,
    ...string[],
  ];
  return { isGranted: granted === 1, waitMs, pausedMs, gateways, told, calls: calls.map(callOf) };
}

function callOf(text: string): BookCall {
  const [leftMs = 0, isBackground, ageMs = 0, isInFlight] = text.split(' ').map(Number);
  return { isBackground: isBackground === 1, isInFlight: isInFlight === 1, ageMs, leftMs };
}
