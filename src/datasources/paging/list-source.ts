import { type OrderDirection } from '../../domain/list-query.js';
import { type Row, type Window } from '../../domain/page.js';

/** What paging needs to know of a list besides how to read it. */
export interface ListSource<T extends { readonly sid: string }> {
  /** Names the list: its kind, filter and order, and whose messages. Equal texts are the same list. */
  readonly identity: string;
  /** Null where the order is the upstream's own and unknown. */
  readonly direction: OrderDirection | null;
  /** What the list is ordered by, of one row; null where the row does not say. */
  sortKeyOf(row: T): string | null;
}

/** A value that was read, and when (epoch milliseconds). */
export interface TimedRead<V> {
  readonly value: V;
  readonly readAtMs: number;
}

/** The rows of a list that were read, by their offsets; of two readings of a row the later counts. */
export class ListRows<T> {
  /** The latest first. They are few, and most pages lie in one: nothing is copied out of them. */
  readonly #windows: Pick<Window<T>, 'offset' | 'rows'>[] = [];

  add(window: Pick<Window<T>, 'offset' | 'rows'>): void {
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

  /** All of them with their offsets, in the order of the list. */
  get entries(): (readonly [offset: number, row: Row<T>])[] {
    const byOffset = new Map<number, Row<T>>();
    for (const { offset, rows } of [...this.#windows].reverse())
      rows.forEach((row, index) => byOffset.set(offset + index, row));
    return [...byOffset].sort(([a], [b]) => a - b);
  }
}
