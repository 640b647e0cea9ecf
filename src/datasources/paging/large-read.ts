import { type OnQueued } from '../../domain/queued-call.js';
import { type Row, type Slice, UnreadPart, type Window } from '../../domain/lists/page.js';

/** A part of a large read that is requested. */
interface PartRequest {
  readonly slice: Slice;
  /** Called when the call has to wait for a permit of the rate limiter. */
  readonly onQueued: OnQueued | undefined;
  /** Changes with every write: what was requested before one must not serve a read that begins after it. */
  readonly epoch: number;
}

/** Makes the call; undefined if slices of this size are refused. */
type ReadSpan<T> = (span: Slice, onQueued: OnQueued) => Promise<Window<T> | undefined>;

/**
 * One upstream call for several adjacent windows. Each window is cached by itself, so that pages of any size share them; the
 * first one that must be read makes the call, and the others take their rows from its response.
 */
export class LargeRead {
  readonly span: Slice;
  readonly #onQueued: OnQueued[] = [];
  #call: { readonly epoch: number; readonly window: Promise<Window<unknown> | undefined> } | undefined;

  /** @param span from the first row of the windows to the last. */
  constructor(span: Slice) {
    this.span = span;
  }

  /**
   * Rows of one window.
   * @throws UnreadPart if the response does not have them.
   */
  async part<T>({ slice, onQueued, epoch }: PartRequest, read: ReadSpan<T>): Promise<Window<T>> {
    if (onQueued) this.#onQueued.push(onQueued);
    if (this.#call?.epoch !== epoch) {
      const queued: OnQueued = (raise) => {
        for (const callback of this.#onQueued) callback(raise);
      };
      this.#call = { epoch, window: read(this.span, queued) };
    }
    const window = (await this.#call.window) as Window<T> | undefined;
    const part = window && partOf(window, slice);
    if (!part) throw new UnreadPart(!window);
    return part;
  }
}

/** A window within a larger one; undefined if that does not show all its rows. */
function partOf<T>(whole: Window<T>, { offset, limit }: Slice): Window<T> | undefined {
  const start = offset - whole.offset;
  const rows: readonly Row<T>[] = whole.rows.slice(start, start + limit);
  const end = offset + rows.length;
  const part = { ...whole, offset, limit, rows };
  if (rows.length === limit) return { ...part, isLast: false };
  const isEnd = end >= whole.total;
  if (isEnd && (rows.length > 0 || start === 0)) return part;
  // The response is cut off within its first window: it shows a smaller page maximum.
  return start === 0 && rows.length > 0 ? { ...part, limit: rows.length, isLast: false } : undefined;
}

/** Adjacent slices that one call can read. @param callSize rows that one call may ask for. */
export function inCalls(
  slices: readonly Slice[],
  callSize: number,
): { readonly span: Slice; readonly parts: readonly Slice[] }[] {
  const calls: { span: Slice; parts: Slice[] }[] = [];
  for (const slice of [...slices].sort((a, b) => a.offset - b.offset)) {
    const last = calls.at(-1);
    const limit = last && slice.offset + slice.limit - last.span.offset;
    if (last && limit !== undefined && limit <= callSize) {
      last.span = { offset: last.span.offset, limit: Math.max(limit, last.span.limit) };
      last.parts.push(slice);
    } else calls.push({ span: slice, parts: [slice] });
  }
  return calls;
}
