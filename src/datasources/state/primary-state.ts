import { GatewayError } from '../../domain/errors.js';
import { type SharedState } from './shared-state.js';

/** Shared state that the primary process holds for its workers: it lasts as long as the primary does. */
export class PrimaryState implements SharedState {
  readonly #held: SharedState;
  readonly #onTrouble: (error: Error) => void;

  /**
   * @param held asks the primary; fails where that gives no answer in time.
   * @param onTrouble told why it gave none.
   */
  constructor(held: SharedState, onTrouble: (error: Error) => void) {
    this.#held = held;
    this.#onTrouble = onTrouble;
  }

  async read(key: string): Promise<string | null> {
    return this.#ask(() => this.#held.read(key));
  }

  async insert(key: string, text: string, ttlMs: number): Promise<boolean> {
    return this.#ask(() => this.#held.insert(key, text, ttlMs));
  }

  async swap(key: string, from: string, to: string, ttlMs: number): Promise<boolean> {
    return this.#ask(() => this.#held.swap(key, from, to, ttlMs));
  }

  async remove(key: string, text: string): Promise<boolean> {
    return this.#ask(() => this.#held.remove(key, text));
  }

  async #ask<T>(question: () => Promise<T>): Promise<T> {
    try {
      return await question();
    } catch (error) {
      if (error instanceof Error) this.#onTrouble(error);
      throw new GatewayError('UPSTREAM_UNAVAILABLE', 'The state that the workers share cannot be reached.');
    }
  }
}
