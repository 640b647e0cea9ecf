import { LRUCache } from 'lru-cache';
import { type Window } from '../../../domain/lists/page.js';
import { type Campaign } from '../../../schema/campaign.js';

/** A window that was asked for. */
interface AskedWindow {
  /** Epoch milliseconds. */
  readonly askedAtMs: number;
  readonly window: Promise<Window<Campaign>>;
  /** Ids of the creates whose searches have it. */
  readonly takers: Set<string>;
}

/** Which windows show the campaign of a create, if there is one. */
interface WindowAge {
  readonly createId: string;
  /** They were asked for since then; epoch milliseconds. */
  readonly sinceMs: number;
}

/** How long windows are kept, and how many: searches that begin together read them within seconds. */
const [keptForMs, maximumWindows] = [10_000, 40];

/**
 * Windows of the list that the searches for lost creates read. Several searches at once read the same windows, and calls are scarce: a
 * search takes the window of another one, if that was asked for late enough. What a search has seen before, it reads again.
 */
export class SearchedWindows {
  readonly #asked = new LRUCache<string, AskedWindow>({
    max: maximumWindows,
    ttl: keptForMs,
    ttlAutopurge: true,
  });
  readonly #now: () => number;

  /** @param now epoch milliseconds. */
  constructor(now: () => number) {
    this.#now = now;
  }

  /** Reads a window, unless the search for another create has asked for it in time. */
  read(
    key: string,
    { createId, sinceMs }: WindowAge,
    ask: () => Promise<Window<Campaign>>,
  ): Promise<Window<Campaign>> {
    const nowMs = this.#now();
    const known = this.#asked.get(key);
    // A time to come was noted before the clock was set back.
    const isInTime = known && known.askedAtMs >= sinceMs && known.askedAtMs <= nowMs;
    if (isInTime && !known.takers.has(createId)) {
      known.takers.add(createId);
      return known.window;
    }
    const window = ask();
    this.#asked.set(key, { askedAtMs: nowMs, window, takers: new Set([createId]) });
    window.catch(() => {
      if (this.#asked.peek(key)?.window === window) this.#asked.delete(key);
    });
    return window;
  }
}
