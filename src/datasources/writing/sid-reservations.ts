import { type SharedState } from '../state/shared-state.js';

/** As long as a create may be looked for, and a day more. */
const ttlMs = 48 * 3_600_000;

/** Which campaign is the answer to which create: no campaign is the answer to two. */
export class SidReservations {
  readonly #state: SharedState;

  constructor(state: SharedState) {
    this.#state = state;
  }

  /** Reserves a campaign for a create. @returns false where it is reserved for another. */
  async reserve(sid: string, createId: string): Promise<boolean> {
    if (await this.#state.insert(keyOf(sid), createId, ttlMs)) return true;
    return (await this.#state.read(keyOf(sid))) === createId;
  }

  /** Tells whether a campaign is reserved for another create. */
  async isAnothers(sid: string, createId: string): Promise<boolean> {
    const owner = await this.#state.read(keyOf(sid));
    return owner !== null && owner !== createId;
  }
}

function keyOf(sid: string): string {
  return `taken:${sid}`;
}
