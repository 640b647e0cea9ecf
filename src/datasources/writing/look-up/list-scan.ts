import { type Row, sidOf, type Window } from '../../../domain/lists/page.js';
import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';

type Rows = readonly Row<Campaign>[];

/**
 * What the windows of a scan prove: `complete`: no other row can be the campaign; `moved`: rows may have been skipped, and another scan
 * may prove more; `tooLong`: the list goes on after the last window that may be read; `unread`: the list contradicts itself.
 */
type ScanResult = 'complete' | 'moved' | 'tooLong' | 'unread';

/** Options of a scan. */
interface ScanOptions {
  readonly read: (offset: number) => Promise<Window<Campaign>>;
  readonly maximumWindows: number;
  /** Start before which the campaign can't start, by the clock of a window; epoch milliseconds. */
  readonly earliestStartMs: (window: Window<Campaign>) => number;
  /** False where the scan need not prove that there is no campaign: the order of the list is then believed. */
  readonly isProof: boolean;
}

/** One pass through the upstream's list of campaigns, latest start first, until a campaign can't be in the rest of it. */
export class ListScan {
  readonly #options: ScanOptions;
  readonly #order = new StartOrder();
  #result: ScanResult = 'unread';

  constructor(options: ScanOptions) {
    this.#options = options;
  }

  /** What the windows prove, after the last of them. */
  get result(): ScanResult {
    return this.#result;
  }

  /**
   * The windows. Each is read from the last row of the window before. Where that row is missing, rows may have been skipped; where
   * it comes later, new campaigns precede it, unless the first window is repeated: then offsets are ignored. A full window never
   * proves the end, whatever its total says (docs/upstream.md, traps). Neither does a short one where certainty is needed: an upstream
   * may give fewer rows than asked, and a total that is the end of its page. A window from the last row that shows no other does.
   */
  async *windows(): AsyncGenerator<Window<Campaign>, void> {
    const { read, maximumWindows, earliestStartMs, isProof } = this.#options;
    let first: string | undefined;
    let last: string | undefined;
    let seenEnd = 0;
    let wholeList: string | undefined;
    let isEndShown = false;
    // The window that confirms the end comes in addition.
    for (let offset = 0, windows = 0; windows < maximumWindows + Number(isEndShown); windows += 1) {
      const window = await read(offset);
      yield window;
      const { rows, limit, total } = window;
      const start = sidOf(rows[0]);
      if (wholeList !== undefined && wholeList === sidsOf(window)) {
        this.#result = 'complete'; // it ignores offsets, and states that it gives all rows
        return;
      }
      wholeList = offset === 0 && window.isLast && window.statesLimit ? sidsOf(window) : undefined;
      const overlap = last === undefined ? 0 : rows.findIndex((row) => sidOf(row) === last);
      if (overlap < 0 || (last !== undefined && start === first)) {
        this.#result = overlap < 0 ? 'moved' : 'unread';
        return;
      }
      this.#order.add(rows.slice(overlap));
      const isPast = this.#order.isPast(earliestStartMs(window));
      const end = offset + rows.length;
      const showsEnd = rows.length === 0 || (last !== undefined && overlap === 0 && end <= seenEnd);
      [seenEnd, isEndShown] = [end, window.isLast === true];
      if (isProof ? window.isLast && showsEnd : window.isLast || isPast) {
        this.#result = 'complete';
        return;
      }
      if (isPast) {
        const tail = await read(Math.max(end - 1, total - limit));
        windows += 1;
        yield tail;
        if (this.#order.isConfirmedBy(tail.rows)) {
          this.#result = 'complete';
          return;
        }
      }
      const lastIndex = rows.findLastIndex((row) => sidOf(row) !== undefined);
      if (lastIndex < 1) {
        if (!window.isLast) return;
        const behind = await read(end);
        yield behind;
        if (behind.rows.length === 0 || sidsOf(behind) === wholeList) this.#result = 'complete';
        return;
      }
      first ??= start;
      offset += lastIndex;
      last = sidOf(rows[lastIndex]);
    }
    this.#result = 'tooLong';
  }
}

/** The order of the starts of all rows that were read. */
class StartOrder {
  #isKept = true;
  #earliestMs = Infinity;

  /** Adds the next rows of the list. */
  add(rows: Rows): void {
    for (const startMs of startsOf(rows)) {
      if (startMs > this.#earliestMs) this.#isKept = false;
      this.#earliestMs = startMs;
    }
  }

  /** Whether, by the order so far, all later rows start before a time. */
  isPast(timeMs: number): boolean {
    return this.#isKept && this.#earliestMs < timeMs;
  }

  /** Whether the last rows of the list continue the order. If not, the list has another order, and no row proves anything about later ones. */
  isConfirmedBy(rows: Rows): boolean {
    const starts = startsOf(rows);
    this.#isKept = starts.length > 0 && starts.every((startMs) => startMs <= this.#earliestMs);
    return this.#isKept;
  }
}

function startsOf(rows: Rows): number[] {
  return rows
    .map((row) => (row instanceof UpstreamFailure ? Number.NaN : Date.parse(row.schedule.startTime ?? '')))
    .filter((startMs) => !Number.isNaN(startMs));
}

/** The sids of a window's rows, as one text. */
function sidsOf({ rows }: Window<Campaign>): string {
  return JSON.stringify(rows.map(sidOf));
}
