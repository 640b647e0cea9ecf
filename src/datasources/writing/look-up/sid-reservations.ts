import { LRUCache } from 'lru-cache';
import { entryLimit } from '../../../domain/entry-size.js';
import { type SharedState } from '../../state/shared-state.js';

/** The time in which a create may be looked for, and a day more. */
const reservationTtlMs = 48 * 3_600_000;

/** Creates whose reservations are remembered: more than are open at a time, whose look-ups may outlive them. */
const rememberedReservations = 10_000;

/** A reservation, perhaps under way. */
interface Reservation {
  readonly sid: string;
  readonly isReserved: Promise<boolean>;
}

/**
 * Reservations of campaigns for creates: one create per campaign, and one campaign per create. A look-up that took too long
 * continues in the background: a second reservation would take the campaign of another create, which would be sent again.
 */
export class SidReservations {
  readonly #state: SharedState;
  /** Reservations by the ids of their creates. */
  readonly #reservations = new LRUCache<string, Reservation>(entryLimit(rememberedReservations));
  /** Reservations that the store has not taken, by sid. */
  readonly #unsaved = new LRUCache<
    string,
    { readonly createId: string; readonly saved: () => Promise<void> }
  >(entryLimit(rememberedReservations));

  constructor(state: SharedState) {
    this.#state = state;
  }

  /** Reserves a campaign for a create. @returns false where it is reserved for another, or the create has another campaign. */
  async reserve(sid: string, createId: string): Promise<boolean> {
    await this.#save();
    const made = this.#reservations.get(createId);
    if (made?.sid === sid) return made.isReserved;
    if (made && (await isMade(made))) return false;
    if (this.#reservations.has(createId)) return this.reserve(sid, createId); // made by another look-up meanwhile
    const reservation = { sid, isReserved: this.#insert(sid, createId) };
    this.#reservations.set(createId, reservation);
    if (!(await isMade(reservation))) this.#reservations.delete(createId);
    return reservation.isReserved;
  }

  /**
   * Reserves the campaign in an answer that was accepted. Where the store is unavailable it is reserved when the store is asked again:
   * otherwise a lost create with the same name would take it for one that may be its own.
   * @param saved called when it is reserved.
   * @returns undefined where the store is unavailable.
   */
  async reserveAnswered(
    sid: string,
    createId: string,
    saved: () => Promise<void>,
  ): Promise<boolean | undefined> {
    try {
      const isReserved = await this.reserve(sid, createId);
      if (isReserved) await saved();
      return isReserved;
    } catch {
      this.#unsaved.set(sid, { createId, saved });
      return undefined;
    }
  }

  async #save(): Promise<void> {
    for (const [sid, { createId, saved }] of [...this.#unsaved.entries()]) {
      const isReserved = await this.#insert(sid, createId);
      this.#unsaved.delete(sid);
      if (isReserved) await saved();
    }
  }

  /** The sid of the campaign that is reserved for a create of this process. */
  async reservedFor(createId: string): Promise<string | undefined> {
    const made = this.#reservations.get(createId);
    return made && (await isMade(made)) ? made.sid : undefined;
  }

  async #insert(sid: string, createId: string): Promise<boolean> {
    if (await this.#state.insert(keyOf(sid), createId, reservationTtlMs)) return true;
    return (await this.#state.read(keyOf(sid))) === createId;
  }

  /** Tells whether a campaign is reserved for another create. */
  async isAnothers(sid: string, createId: string): Promise<boolean> {
    await this.#save();
    const owner = await this.#state.read(keyOf(sid));
    return owner !== null && owner !== createId;
  }
}

function isMade({ isReserved }: Reservation): Promise<boolean> {
  return isReserved.catch(() => false);
}

function keyOf(sid: string): string {
  return `taken:${sid}`;
}
