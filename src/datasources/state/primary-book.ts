import { type BookAnswer, type BookBeat, type BookClaim, type BookEnd, type CallBook } from './call-book.js';
import { type PrimaryHealth } from './primary-store.js';

/** The book that the primary process keeps for its workers. */
export class PrimaryBook implements CallBook {
  readonly #health: PrimaryHealth;

  constructor(health: PrimaryHealth) {
    this.#health = health;
  }

  async take(gateway: string, claim: BookClaim): Promise<BookAnswer | undefined> {
    return this.#health.ask(({ book }) => book.take(gateway, claim));
  }

  async end(gateway: string, end: BookEnd): Promise<void> {
    await this.#health.ask(({ book }) => book.end(gateway, end));
  }

  async pause(gateway: string, ms: number): Promise<void> {
    await this.#health.ask(({ book }) => book.pause(gateway, ms));
  }

  async beat(gateway: string, beat: BookBeat): Promise<BookAnswer | undefined> {
    return this.#health.ask(({ book }) => book.beat(gateway, beat));
  }

  async leave(gateway: string): Promise<void> {
    await this.#health.ask(({ book }) => book.leave(gateway));
  }
}
