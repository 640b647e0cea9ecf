import { type Slice, type Window } from '../../domain/lists/page.js';
import { type CacheEntry } from '../cache/cache-entry.js';
import { type NewerWindows, type ReadWindow } from '../paging/list-reader.js';
import { type ListRef, windowKey } from './list-identity.js';

/** Lists whose latest slices are remembered, at most. */
const maximumLists = 2_000;

/** Cached windows of one kind of list. */
interface CachedWindows {
  peek(key: string): CacheEntry<Window<unknown>> | undefined;
  fresh(key: string): CacheEntry<Window<unknown>> | undefined;
  loadShared(keys: readonly string[]): Promise<boolean>;
}

/** The slice of each list that was read last: its window in the cache shows the total of the list. */
export class LatestSlices {
  readonly #windows: CachedWindows;
  readonly #now: () => number;
  readonly #slices = new Map<string, Slice>();

  /** @param now epoch milliseconds. */
  constructor(windows: CachedWindows, now: () => number) {
    this.#windows = windows;
    this.#now = now;
  }

  /** Remembers the slice of a read once it has succeeded. */
  remember<E>({ identity }: ListRef, slice: Slice, read: Promise<E>): Promise<E> {
    return read.then((entry) => {
      if (this.#slices.size >= maximumLists) this.#slices.clear();
      this.#slices.set(identity, slice);
      return entry;
    });
  }

  /** Age in milliseconds of the window of a slice, if it is fresh. */
  freshAgeMs(list: ListRef, slice: Slice): number | undefined {
    const entry = this.#windows.fresh(windowKey(list, slice));
    return entry && this.#now() - entry.readAtMs;
  }

  /** Takes over newer windows that other instances have read. @returns whether the cache has a newer one than one of these. */
  async loadNewer(list: ListRef, windows: readonly ReadWindow<unknown>[]): Promise<NewerWindows> {
    const isKnown = await this.#windows.loadShared(windows.map(({ asked }) => windowKey(list, asked)));
    const hasNewer = windows.some(({ asked, read }) => {
      const cached = this.#windows.peek(windowKey(list, asked));
      return cached !== undefined && cached.value !== read.value;
    });
    return hasNewer ? 'loaded' : isKnown ? 'none' : 'unknown';
  }

  /** The latest slice of a list, if its window is fresh. */
  freshSlice(list: ListRef): Slice | undefined {
    const slice = this.#slices.get(list.identity);
    return slice && this.freshAgeMs(list, slice) !== undefined ? slice : undefined;
  }

  /** Total rows of a list by its latest window, if that is fresh. */
  freshTotal(list: ListRef): number | undefined {
    return this.freshSlice(list) ? this.likelyTotal(list) : undefined;
  }

  /** Total rows of a list by its latest window, fresh or stale. */
  likelyTotal(list: ListRef): number | undefined {
    const slice = this.#slices.get(list.identity);
    return slice && this.#windows.peek(windowKey(list, slice))?.value.total;
  }
}
