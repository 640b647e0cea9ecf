import { type Cursor, type SweepProgress } from '../datasources/paging/cursors/cursor.js';
import { type RowRange } from '../domain/lists/page.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';

/** Passes over a list in which rows have changed their order. */
const maximumPasses = 4;
/** Reads that must agree that a list has lost rows which were not swept; each follows a pause. */
const maximumConfirmations = 2;
/** Reads of the end of a list while new rows keep arriving there, each of which contradicts the one before. */
const maximumEndReads = 12;

/** Where a pass begins. */
interface PassStart extends Pick<SweepProgress, 'pass' | 'isDoubtful'> {
  readonly firstTotal: number | undefined;
  /** Total of the window before. */
  readonly total: number | undefined;
  /** Rows that the list has had after this place. */
  readonly behind: number;
  /** False after a cursor that does not say how many rows were swept before it. */
  readonly countsAll: boolean;
  /** Whether rows before this place were sent. */
  readonly hasSent: boolean;
}

/** One pass of a sweep over its list. It decides whether rows may have been missed. */
export class SweepPass {
  readonly number: number;
  /** Total rows at the first window of the pass. */
  firstTotal: number | undefined;
  /** Rows may have moved, so that others were passed over. */
  isDoubtful: boolean;
  readonly #countsAll: boolean;
  #total: number | undefined;
  /** Rows after the swept ones, judged by the largest total seen. */
  #behind: number;
  #confirmations = 0;
  #endReads = 0;
  /** Whether an unsent row came after a sent one. New messages come before all others. */
  #hasNew = false;
  #hasSent: boolean;

  private constructor(start: PassStart) {
    this.number = start.pass;
    this.firstTotal = start.firstTotal;
    this.isDoubtful = start.isDoubtful;
    this.#countsAll = start.countsAll;
    this.#total = start.total;
    this.#behind = start.behind;
    this.#hasSent = start.hasSent;
  }

  /** The pass of a new sweep. @param after the cursor after which it resumes, if there is one. */
  static begin(after: Cursor | undefined): SweepPass {
    const { sweep, offset = 0, total } = after ?? {};
    const pass = Math.min(sweep?.pass ?? 1, maximumPasses);
    return new SweepPass({
      pass,
      isDoubtful: sweep?.isDoubtful ?? false,
      firstTotal: sweep?.firstTotal,
      total: total ?? undefined,
      behind: Math.max(0, (total ?? 0) - offset - 1, sweep ? sweep.firstTotal - sweep.distinct : 0),
      countsAll: !after || sweep !== undefined,
      hasSent: pass > 1,
    });
  }

  /** Notes a row. @param isNew false if it was sent before. */
  addRow(isNew: boolean): void {
    if (isNew) this.#hasNew ||= this.#hasSent;
    else this.#hasSent = true;
  }

  /** Notes a window, whose rows from `start` to `end` were swept. */
  addWindow({ start, end, total }: RowRange & { readonly total: number }): void {
    const behind = Math.max(0, total - end);
    this.firstTotal ??= total;
    this.#total = total;
    this.#behind = Math.max(this.#behind - Math.max(0, end - start), behind);
    if (behind > 0) this.#endReads = 0;
    if (behind > 0 || end > start) this.#confirmations = 0;
  }

  /** Its state, for a cursor. @param distinct rows that it has swept. */
  progress(distinct: number): SweepProgress {
    const { number: pass, isDoubtful, firstTotal = 0 } = this;
    return { pass, isDoubtful, distinct, firstTotal };
  }

  /**
   * Whether the end of the list is to be read again, after a pause: the list has had rows after it, which may be gone, or
   * merely missing from one response.
   */
  needsConfirmation(): boolean {
    if (this.#behind <= 0 || this.#confirmations === maximumConfirmations) return false;
    if (this.#endReads === maximumEndReads) return false;
    this.#confirmations += 1;
    this.#endReads += 1;
    return true;
  }

  /** Whether rows may have been passed over because others have changed their order. @param distinct rows that were swept. */
  mayLackRows(distinct: number): boolean {
    if (this.isDoubtful) return true;
    const hasTooFew = this.#countsAll && distinct < Math.min(this.firstTotal ?? 0, this.#total ?? 0);
    // Too few again and nothing new: the list has a row twice, its total is wrong, or as many rows arrive at its start as
    // leave it.
    return hasTooFew && (this.number === 1 || this.#hasNew);
  }

  /** The pass after this one. @throws UpstreamFailure after the last. */
  next(): SweepPass {
    if (this.number === maximumPasses) throw new UpstreamFailure('invalidResponse');
    return new SweepPass({
      pass: this.number + 1,
      isDoubtful: false,
      firstTotal: undefined,
      total: undefined,
      behind: this.#total ?? 0,
      countsAll: true,
      hasSent: false,
    });
  }
}
