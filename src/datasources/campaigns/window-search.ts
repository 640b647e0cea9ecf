import { readable, type Slice, type Window } from '../../domain/lists/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type CacheEntry } from '../cache/cache-entry.js';
import {
  type CampaignListRef,
  type CampaignWindowRef,
  campaignWindowOf,
  windowKey,
} from './list-identity.js';

/**
 * Reads a window of campaigns; the one of a request reads each window once.
 * @param isAgain whether a cached window is not new enough.
 */
export type ReadCampaignWindow = (
  list: CampaignListRef,
  slice: Slice,
  isAgain: boolean,
) => Promise<CacheEntry<Window<Campaign>>>;

/** Cached windows, fresh or stale. */
type CampaignWindowEntries = Iterable<readonly [key: string, entry: CacheEntry<Window<Campaign>>]>;

/**
 * So many campaigns that a cached newest window does not show may well be newer than it: then a new one shows them all. Fewer are
 * more probably old, and the window would be a call too many.
 */
const worthReadingAgain = 4;

/** Window in which campaigns were last seen. */
interface SeenWindow {
  readonly window: CampaignWindowRef;
  readonly sids: readonly string[];
  readonly value: Window<Campaign>;
}

/**
 * Search for campaigns in windows: one call for up to fifty campaigns. Windows only save calls: one that can't be read
 * shows nothing.
 */
export class WindowSearch {
  /** The campaigns of all windows that were read. */
  readonly rows = new Map<string, Campaign>();
  /** Sids that no window has shown yet. */
  readonly missing: Set<string>;
  /** Calls left, besides the one for the newest window. */
  callsLeft: number;
  readonly #newest: CampaignWindowRef;
  readonly #readWindow: ReadCampaignWindow;
  /** Keys of the windows that were read. */
  readonly #read = new Set<string>();

  /**
   * @param newest the first window of the list that most campaigns are found in.
   * @param calls upstream calls that may be made besides the one for the newest window.
   */
  constructor(
    sids: Iterable<string>,
    {
      newest,
      calls,
      readWindow,
    }: {
      readonly newest: CampaignWindowRef;
      readonly calls: number;
      readonly readWindow: ReadCampaignWindow;
    },
  ) {
    this.missing = new Set(sids);
    this.callsLeft = calls;
    this.#newest = newest;
    this.#readWindow = readWindow;
  }

  /** Reads the newest window alone. */
  async readNewest(): Promise<void> {
    await this.#readRows(this.#newest);
  }

  /**
   * Reads the windows that the campaigns were last seen in, where two or more were in one. Campaigns that no cached window
   * shows are most probably among the newest ones: that window is read too, and more of its list while they are worth it.
   */
  async readAll(cached: CampaignWindowEntries): Promise<void> {
    const { windows, inList, unseen, totals, isNewestUseful, newestVersion } = this.#plan(cached);
    const known = windows.slice(0, this.callsLeft);
    this.callsLeft -= known.length;
    const [newest, ...others] = await Promise.all([
      isNewestUseful ? this.#readNewestFor(unseen, newestVersion) : undefined,
      ...known.map((window) => this.#readRows(window)),
    ]);
    const ofList = newest ?? others.find((_, index) => this.#isInList(known[index]));
    if (ofList) await this.#readMoved(inList, ofList.total);
    if (newest) await this.#readOn(newest, unseen, totals);
  }

  /** Reads the newest window, and again if it comes from the cache and shows too few of these campaigns. */
  async #readNewestFor(unseen: readonly string[], cachedVersion: number | undefined): Promise<ReadWindow> {
    const newest = await this.#readRows(this.#newest);
    const isCached = newest.version !== undefined && newest.version === cachedVersion;
    const left = unseen.filter((sid) => this.missing.has(sid)).length;
    return isCached && left >= worthReadingAgain ? this.#readRows(this.#newest, true) : newest;
  }

  /** Chooses the window that shows most campaigns, then the one that shows most of the others, and so on. */
  #plan(cached: CampaignWindowEntries) {
    const seen: SeenWindow[] = [];
    const totals = new Map<string, number>();
    const newestKey = windowKey(this.#newest.list, this.#newest.slice);
    let newestVersion: number | undefined;
    for (const [key, { value, version }] of cached) {
      if (key === newestKey) newestVersion = version;
      const sids = value.rows
        .flatMap((row) => readable(row)?.sid ?? [])
        .filter((sid) => this.missing.has(sid));
      if (sids.length > 0) seen.push({ window: campaignWindowOf(key), sids, value });
      else totals.set(key, value.total);
    }
    const open = new Set(seen.flatMap(({ sids }) => sids));
    const windows: CampaignWindowRef[] = [];
    const covered = new Set<string>();
    for (;;) {
      const counts = seen.map(({ sids }) => sids.filter((sid) => open.has(sid)).length);
      const most = Math.max(0, ...counts);
      const best = seen[counts.indexOf(most)];
      if (!best || most < 2) break;
      windows.push(best.window);
      for (const sid of best.sids) if (open.delete(sid)) covered.add(sid);
    }
    // A window of another list does not show where a campaign is among the newest.
    const inList = seen.filter(({ window }) => this.#isInList(window));
    const placed = new Set(inList.flatMap(({ sids }) => sids));
    const inNewest = inList.filter(({ window }) => this.#isNewest(window)).flatMap(({ sids }) => sids);
    const unseen = [...this.missing].filter((sid) => !covered.has(sid) && !placed.has(sid));
    const alone = inNewest.filter((sid) => open.has(sid)).length;
    const isNewestKnown = windows.some((window) => this.#isNewest(window));
    return {
      windows: windows.filter((window) => !this.#isNewest(window)),
      inList,
      unseen,
      totals,
      newestVersion,
      isNewestUseful: isNewestKnown || (unseen.length > 0 && unseen.length + alone > 1),
    };
  }

  #isInList(window: CampaignWindowRef | undefined): boolean {
    return window?.list.identity === this.#newest.list.identity;
  }

  #isNewest(window: CampaignWindowRef): boolean {
    return this.#isInList(window) && window.slice.offset === this.#newest.slice.offset;
  }

  /**
   * Reads the windows that campaigns have moved to, where two or more are expected in one. A list grows and shrinks at its beginning,
   * so a row has moved by as many places as the total has changed.
   */
  async #readMoved(seen: readonly SeenWindow[], total: number): Promise<void> {
    if (total === 0) return; // the list could not be read
    const { list, slice } = this.#newest;
    const expected = new Map<number, Set<string>>(); // sids by the offset of a window
    for (const { value } of seen) {
      const movedBy = total - value.total;
      if (movedBy === 0) continue;
      for (const [index, row] of value.rows.entries()) {
        const sid = readable(row)?.sid;
        if (sid === undefined || !this.missing.has(sid)) continue;
        const offset = value.offset + index + movedBy;
        const start = offset - (offset % slice.limit);
        if (offset >= 0) expected.set(start, (expected.get(start) ?? new Set()).add(sid));
      }
    }
    const starts = [...expected]
      .filter(
        ([start, { size }]) => size > 1 && !this.#read.has(windowKey(list, { ...slice, offset: start })),
      )
      .sort(([, one], [, other]) => other.size - one.size)
      .slice(0, this.callsLeft)
      .map(([start]) => start);
    this.callsLeft -= starts.length;
    await Promise.all(starts.map((offset) => this.#readRows({ list, slice: { ...slice, offset } })));
  }

  /**
   * Reads more of the newest campaigns. A window that has shown many of them promises as many in the next, and pays for one
   * that shows none: so a batch never costs more than one call for each of its campaigns, besides the one for the first window.
   * Without enough calls to read the rest one by one, windows are the only way, if they are fewer.
   * @param totals cached windows that show none of the campaigns, with the total of their lists. They are not read again
   *   while the list has that total, so that a batch that is repeated continues after them.
   */
  async #readOn(
    newest: ReadWindow,
    unseen: readonly string[],
    totals: ReadonlyMap<string, number>,
  ): Promise<void> {
    const size = newest.rows;
    let { found, total } = newest;
    let [offset, windows, shown] = [size, 1, found];
    const sliceAt = (start: number): Slice => ({ offset: start, limit: this.#newest.slice.limit });
    const isSpent = (start: number): boolean => {
      const key = windowKey(this.#newest.list, sliceAt(start));
      return this.#read.has(key) || totals.get(key) === total;
    };
    while (size > 0) {
      // No more of them than count below: a list may have any total.
      const enough = Math.max(this.missing.size, this.callsLeft);
      const ahead: number[] = [];
      for (let start = offset; start < total && ahead.length < enough; start += size)
        if (!isSpent(start)) ahead.push(start);
      const left = unseen.filter((sid) => this.missing.has(sid)).length;
      const isForced = this.missing.size > Math.max(this.callsLeft, ahead.length);
      const isPromising = left > 1 && found > 1;
      if (left === 0 || !(isForced || isPromising)) return;
      const worthwhile = isPromising ? Math.min(Math.ceil(left / found), shown - windows) : 1;
      const starts = ahead.slice(0, Math.min(Math.max(worthwhile, isForced ? 1 : 0), this.callsLeft));
      const last = starts.at(-1);
      if (last === undefined) return;
      this.callsLeft -= starts.length;
      const { list } = this.#newest;
      const read = await Promise.all(starts.map((start) => this.#readRows({ list, slice: sliceAt(start) })));
      const foundNow = read.reduce((sum, one) => sum + one.found, 0);
      found = Math.floor(foundNow / starts.length);
      shown += foundNow;
      windows += starts.length;
      offset = last + size;
      total = Math.min(...read.map((one) => one.total));
    }
  }

  async #readRows({ list, slice }: CampaignWindowRef, isAgain = false): Promise<ReadWindow> {
    this.#read.add(windowKey(list, slice));
    try {
      const { value, version } = await this.#readWindow(list, slice, isAgain);
      let found = 0;
      for (const row of value.rows.map(readable)) {
        if (!row) continue;
        this.rows.set(row.sid, row);
        if (this.missing.delete(row.sid)) found += 1;
      }
      return { found, rows: value.rows.length, total: value.total, version };
    } catch {
      return { found: 0, rows: 0, total: 0, version: undefined };
    }
  }
}

/** Result of a read: how many of the campaigns the window shows, its rows, and the total of its list. */
interface ReadWindow {
  readonly found: number;
  readonly rows: number;
  readonly total: number;
  readonly version: number | undefined;
}
