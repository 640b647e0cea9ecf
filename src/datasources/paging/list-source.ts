import { type OrderDirection } from '../../domain/lists/list-query.js';
import { type Identified, type Row, type Window } from '../../domain/lists/page.js';

/** Properties of a list that paging depends on. */
export interface ListSource<T extends Identified> {
  /** Identity of the list, for cursor fingerprints: its kind, owner, filter and order. */
  readonly identity: string;
  /** Null for the upstream's own order, which is unknown. */
  readonly direction: OrderDirection | null;
  /** The sort key of a row: the value that the list is ordered by. Null if the row has none. */
  sortKeyOf(row: T): string | null;
}

/** A value and the time of its read. */
export interface TimedRead<V> {
  readonly value: V;
  /** Epoch milliseconds. */
  readonly readAtMs: number;
}

/** Rows of a list by their offsets. If an offset was read twice, the later read counts. */
export class ListRows<T> {
  /** The latest window first. There are few of them, so rows are looked up in place rather than copied. */
  readonly #windows: Window<T>[] = [];

  add(window: Window<T>): void {
    this.#windows.unshift(window);
  }

  get(offset: number): Row<T> | undefined {
    for (const { offset: start, rows } of this.#windows) {
      const row = offset < start ? undefined : rows[offset - start];
      if (row !== undefined) return row;
    }
    return undefined;
  }

  has(offset: number): boolean {
    return this.get(offset) !== undefined;
  }

  /** All rows with their offsets, in the order of the list. */
  get entries(): (readonly [offset: number, row: Row<T>])[] {
    const byOffset = new Map<number, Row<T>>();
    for (const { offset, rows } of [...this.#windows].reverse())
      rows.forEach((row, index) => byOffset.set(offset + index, row));
    return [...byOffset].sort(([a], [b]) => a - b);
  }
}
