import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedState } from '../datasources/state/shared-state.js';

/** A claim that takes longer is not worth its wait: what is done twice costs a call, what is not done costs a change. */
const acquireTimeoutMs = 500;

/** Decides which of several gateways does what needs to be done once; where they can't be asked, each does it. */
export class Leases {
  readonly #bus: SharedBus;
  readonly #state: SharedState;
  readonly #me = randomUUID();

  constructor(bus: SharedBus, state: SharedState) {
    this.#bus = bus;
    this.#state = state;
  }

  /** @returns whether it is ours to do, for so long or until it is released. */
  async acquire(name: string, ttlMs: number): Promise<boolean> {
    if (this.#bus.isAlone || !this.#bus.isConnected) return true;
    const answered = new AbortController();
    const { signal } = answered;
    const patience = sleep(acquireTimeoutMs, true, { signal, ref: false }).catch(() => true);
    const asked = this.#state.insert(keyOf(name), this.#me, ttlMs).catch(() => true);
    return Promise.race([asked, patience]).finally(() => {
      answered.abort();
    });
  }

  /** Lets the next one have it. */
  async release(name: string): Promise<void> {
    if (this.#bus.isAlone || !this.#bus.isConnected) return;
    await this.#state.remove(keyOf(name), this.#me).catch(() => false); // its time will be over
  }
}

function keyOf(name: string): string {
  return `live:${name}`;
}
