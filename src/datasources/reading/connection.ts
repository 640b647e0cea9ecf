import { type RowRange } from '../../domain/page.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { type Row } from '../exotel/rows.js';
import { encodeCursor, fingerprintOf, knownPrevious, markOf } from './cursor.js';
import { type ListSource, readable } from './list-source.js';

/** A row with its cursor; a row that could not be read is the error that says why. */
export interface Edge<T> {
  readonly cursor: string;
  readonly node: Row<T>;
}

/** Where a page lies, in the schema's shape. */
export interface PagePlace {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A page in the schema's shape; cursors are made only where they are asked for. */
export class Connection<T extends { readonly sid: string }> {
  readonly #rows: readonly (readonly [offset: number, row: Row<T>])[];
  readonly #source: ListSource<T>;
  readonly #fingerprint: string;
  readonly #range: RowRange;
  readonly #known: ReadonlyMap<number, Row<T>>;

  constructor(
    source: ListSource<T>,
    rows: ReadonlyMap<number, Row<T>>,
    range: RowRange,
    readonly totalCount: number,
  ) {
    this.#source = source;
    this.#range = range;
    this.#known = rows;
    this.#fingerprint = fingerprintOf(source.key);
    const length = Math.max(0, range.end - range.start);
    // A row that the upstream counts and does not give is a row that could not be read, not one that is not there.
    this.#rows = Array.from({ length }, (_, index) => {
      const offset = range.start + index;
      return [offset, rows.get(offset) ?? new UpstreamFailure('invalidResponse')] as const;
    });
  }

  /** A page of a list that has no rows. */
  static empty<T extends { readonly sid: string }>(): Connection<T> {
    return new Connection<T>(
      { key: '', direction: null, sortKeyOf: () => null },
      new Map(),
      { start: 0, end: 0 },
      0,
    );
  }

  get nodes(): Row<T>[] {
    return this.#rows.map(([, row]) => row);
  }

  get edges(): Edge<T>[] {
    return this.#rows.map(([offset, node]) => ({ cursor: this.#cursor(offset, node), node }));
  }

  get pageInfo(): PagePlace {
    const first = this.#rows.at(0);
    const last = this.#rows.at(-1);
    return {
      hasPreviousPage: this.#range.start > 0 && this.totalCount > 0,
      hasNextPage: this.#range.end < this.totalCount,
      startCursor: first ? this.#cursor(...first) : null,
      endCursor: last ? this.#cursor(...last) : null,
    };
  }

  #cursor(offset: number, row: Row<T>): string {
    const known = readable(row);
    if (!known) return encodeCursor({ offset, sid: '', sortKey: null, previous: null }, this.#fingerprint);
    const sortKey = this.#source.sortKeyOf(known);
    const previous = this.#previous(offset);
    return encodeCursor({ offset, sid: known.sid, sortKey, previous }, this.#fingerprint);
  }

  /** Marks of the rows before; null where the very row before was not read. */
  #previous(offset: number): string[] | null {
    const marks: string[] = [];
    for (let index = offset - 1; index >= 0 && marks.length < knownPrevious; index -= 1) {
      const row = readable(this.#known.get(index));
      if (!row) return marks.length === 0 ? null : marks;
      marks.push(markOf(row.sid));
    }
    return marks;
  }
}
