import { type Row, type Window } from '../../../domain/lists/page.js';
import { UpstreamFailure } from '../../../domain/upstream-failure.js';
import { type Campaign } from '../../../schema/campaign.js';

type Rows = readonly Row<Campaign>[];

/**
 * What the windows of a scan prove: `complete`: no other row can be the campaign; `moved`: rows may have been skipped, and another scan
 * may prove more; `unread`: the list can't be read far enough, or contradicts itself.
 */
export type ScanResult = 'complete' | 'moved' | 'unread';

/** Options of a scan. */
export interface ScanOptions {
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
   * it comes later, new campaigns precede it, unless the first window is repeated: then offsets are ignored. A full window never proves the end, whatever its total says (docs/upstream.md, traps).
   */
  async *windows(): AsyncGenerator<Window<Campaign>, void> {
    const { read, maximumWindows, earliestStartMs, isProof } = this.#options;
    let first: string | undefined;
    let last: string | undefined;
    for (let offset = 0, windows = 0; windows < maximumWindows; windows += 1) {
      const window = await read(offset);
      yield window;
      const { rows, limit, total } = window;
      const start = sidOf(rows[0]);
      const overlap = last === undefined ? 0 : rows.findIndex((row) => sidOf(row) === last);
      if (overlap < 0 || (last !== undefined && start === first)) {
        this.#result = overlap < 0 ? 'moved' : 'unread';
        return;
      }
      this.#order.add(rows.slice(overlap));
      const isPast = this.#order.isPast(earliestStartMs(window));
      if (window.isLast || (isPast && !isProof)) {
        this.#result = 'complete';
        return;
      }
      if (isPast) {
        const end = await read(Math.max(offset + rows.length - 1, total - limit));
        windows += 1;
        yield end;
        if (this.#order.isConfirmedBy(end.rows)) {
          this.#result = 'complete';
          return;
        }
      }
      const lastIndex = rows.findLastIndex((row) => sidOf(row) !== undefined);
      if (lastIndex < 1) return;
      first ??= start;
      offset += lastIndex;
      last = sidOf(rows[lastIndex]);
    }
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

/** The sid of a row, readable or not. */
export function sidOf(row: Row<Campaign> | undefined): string | undefined {
  return row instanceof UpstreamFailure ? row.facts.sid : row?.sid;
}
