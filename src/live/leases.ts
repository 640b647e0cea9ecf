import { randomUUID } from 'node:crypto';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { withTimeoutAfterStall } from '../domain/timeout.js';

/** Longest wait for an answer: work that two instances do costs a call, work that none does loses a change. */
const acquireTimeoutMs = 500;

/** Leases for work that one instance does for all. If the others can't be reached, every instance does the work. */
export class Leases {
  readonly #bus: SharedBus;
  readonly #state: SharedState;
  readonly #owner = randomUUID();

  constructor(bus: SharedBus, state: SharedState) {
    this.#bus = bus;
    this.#state = state;
  }

  /** Acquires a lease until it expires or is released. @returns false if another instance holds it. */
  async acquire(name: string, ttlMs: number): Promise<boolean> {
    if (this.#bus.isAlone || !this.#bus.isConnected) return true;
    const acquired = this.#state.insert(keyOf(name), this.#owner, ttlMs).catch(() => true);
    return (await withTimeoutAfterStall(acquireTimeoutMs, acquired)) ?? true;
  }

  async release(name: string): Promise<void> {
    if (this.#bus.isAlone || !this.#bus.isConnected) return;
    await this.#state.remove(keyOf(name), this.#owner).catch(() => false); // it will expire
  }
}

function keyOf(name: string): string {
  return `live:${name}`;
}
