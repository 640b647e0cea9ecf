import { Semaphore } from 'async-mutex';
import { plain } from './same-campaign.js';

/** More than are ever sent at once; whoever holds all of them is alone. */
const places = 256;

interface Group {
  readonly semaphore: Semaphore;
  users: number;
}

/**
 * Keeps creates of one name out of each other's way, in this process.
 *
 * A lost campaign is looked for by its name and content. While a namesake is on its way, what is found may be that
 * one's: so any number may be sent at once, but who looks waits for their answers, and looks alone.
 */
export class Namesakes {
  readonly #groups = new Map<string, Group>();

  /** Runs what sends a campaign of this name. */
  async sending<T>(name: string, send: () => Promise<T>): Promise<T> {
    return this.#run(name, 1, send);
  }

  /** Runs what looks for a campaign of this name. */
  async looking<T>(name: string, look: () => Promise<T>): Promise<T> {
    return this.#run(name, places, look);
  }

  async #run<T>(name: string, weight: number, work: () => Promise<T>): Promise<T> {
    const key = plain(name).toLowerCase();
    const group = this.#groups.get(key) ?? { semaphore: new Semaphore(places), users: 0 };
    this.#groups.set(key, group);
    group.users += 1;
    try {
      return await group.semaphore.runExclusive(work, weight);
    } finally {
      group.users -= 1;
      if (group.users === 0) this.#groups.delete(key);
    }
  }
}
