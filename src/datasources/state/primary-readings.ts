import { type HeldReadings, type PrimaryHealth } from './primary-store.js';
import {
  type FoundReading,
  type ReadingClaim,
  type ReadingPlace,
  type SharedReadings,
  type StoredReading,
} from './shared-readings.js';

const nothing: FoundReading = { reading: undefined, outdatedOrder: -1, isBeingRead: false };

/** Readings that the primary process holds for its workers. */
export class PrimaryReadings implements SharedReadings {
  readonly #health: PrimaryHealth;
  #hasLostAMark = false;

  constructor(health: PrimaryHealth) {
    this.#health = health;
  }

  async find(places: readonly ReadingPlace[]): Promise<readonly FoundReading[]> {
    const found = await this.#ask((readings) => readings.find(places));
    return found ?? places.map(() => nothing);
  }

  async keep(
    readings: readonly (StoredReading & { readonly key: string; readonly ttlMs: number })[],
  ): Promise<void> {
    await this.#ask((held) => held.keep(readings));
  }

  async claim(
    place: ReadingPlace,
    token: string,
    orders: { readonly proposed: number; readonly seen: number },
  ): Promise<ReadingClaim> {
    const claimed = await this.#ask((readings) => readings.claim(place, token, orders));
    return claimed ?? { order: undefined, outcome: 'ours' };
  }

  async renew(place: ReadingPlace, token: string): Promise<void> {
    await this.#ask((readings) => readings.renew(place, token));
  }

  async release(place: ReadingPlace, token: string): Promise<void> {
    await this.#ask((readings) => readings.release(place, token));
  }

  async outdate(
    scopes: readonly string[],
    proposed: number,
    isForgotten = false,
  ): Promise<number | undefined> {
    const order = await this.#ask((readings) => readings.outdate(scopes, proposed, isForgotten));
    // The others must not believe what they find: the first thing that the primary is told when it answers again.
    this.#hasLostAMark ||= order === undefined;
    return order;
  }

  async #ask<T>(question: (readings: HeldReadings) => Promise<T>): Promise<T | undefined> {
    if (this.#hasLostAMark && this.#health.isWell) {
      this.#hasLostAMark = false;
      void this.#forgetAll();
    }
    return this.#health.ask(({ readings }) => question(readings));
  }

  async #forgetAll(): Promise<void> {
    const isForgotten = await this.#health.ask(({ readings }) => readings.forgetAll().then(() => true));
    this.#hasLostAMark ||= isForgotten === undefined;
  }
}
