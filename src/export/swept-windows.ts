import { sidOf, type Window } from '../domain/lists/page.js';
import { UpstreamFailure } from '../domain/upstream-failure.js';
import { allParts } from '../domain/lists/page-parts.js';
import { ListReader, type WindowFetch } from '../datasources/paging/list-reader.js';
import { type PageMaximum } from '../datasources/paging/page-maximum.js';
import { wholeWindows } from '../datasources/paging/slicing.js';

/** Attempts to read two neighbours of a list that gives one row a page, while it moves. */
const maximumAttempts = 10;

/** The windows of a sweep: as large as the upstream gives, beginning at any row. */
export class SweptWindows<T extends { readonly sid: string }> {
  readonly #maximum: PageMaximum;
  readonly #fetch: WindowFetch<T>;
  #size: number;

  /** @param fetch reads one window from the upstream. */
  constructor(maximum: PageMaximum, fetch: WindowFetch<T>) {
    this.#maximum = maximum;
    this.#fetch = fetch;
    this.#size = maximum.rows;
  }

  /** Rows that windows have as far as is known. */
  get size(): number {
    return this.#size;
  }

  /**
   * Reads a window of at least two rows: the first shows where the next one starts.
   * @throws UpstreamFailure where rows after it are counted and not returned: nothing shows whether they are there.
   */
  async read(offset: number): Promise<Window<T>> {
    let window = await this.readOne(offset);
    for (let attempt = 0; attempt < maximumAttempts; attempt += 1) {
      const [row] = window.rows;
      if (!row || window.rows.length > 1 || offset + 1 >= window.total) break;
      const { rows, total } = await this.readOne(offset + 1);
      const again = await this.readOne(offset);
      // Both rows are neighbours if nothing has moved meanwhile.
      const isSame = sidOf(again.rows[0]) === sidOf(row);
      const [next] = rows;
      if (isSame && total === window.total && total === again.total) {
        if (!next) throw new UpstreamFailure('invalidResponse');
        this.#size = 2;
        return { ...window, limit: 2, rows: [row, next] };
      }
      window = again;
    }
    return window;
  }

  /**
   * Reads a window in one call.
   * @param isSmall no more than a window of the cache has.
   */
  async readOne(offset: number, isSmall = false): Promise<Window<T>> {
    const maximum = this.#maximum;
    let first: Window<T> | undefined;
    const list = new ListReader<T>(
      async (slice) => {
        const result = await this.#fetch(slice);
        first ??= result.value;
        return result;
      },
      maximum,
      { ...wholeWindows, begin: ({ size }) => [{ offset, limit: size.count }] },
    );
    const size = { from: 'start', count: isSmall ? maximum.rows : maximum.most } as const;
    await list.begin({ size, after: undefined, before: undefined, need: 'rows', parts: allParts });
    if (!first) throw new Error('a window was read without a result');
    if (first.rows.length > 0 && offset + first.rows.length < first.total) this.#size = first.rows.length;
    return first;
  }
}
