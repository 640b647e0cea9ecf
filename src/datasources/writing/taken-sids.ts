import { type SharedState } from '../state/shared-state.js';

/** As long as a create may be looked for, and a day more. */
const ttlMs = 48 * 3_600_000;

/** Which campaign is the answer to which create: no campaign is the answer to two. */
export class TakenSids {
  readonly #state: SharedState;

  constructor(state: SharedState) {
    this.#state = state;
  }

  /** @returns false where the campaign is the answer to another create. */
  async take(sid: string, createId: string): Promise<boolean> {
    if (await this.#state.insert(keyOf(sid), createId, ttlMs)) return true;
    return (await this.#state.read(keyOf(sid))) === createId;
  }

  /** Whether the campaign is the answer to another create. */
  async isTaken(sid: string, createId: string): Promise<boolean> {
    const owner = await this.#state.read(keyOf(sid));
    return owner !== null && owner !== createId;
  }
}

function keyOf(sid: string): string {
  return `taken:${sid}`;
}
