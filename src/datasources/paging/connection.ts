import { type Row, type RowRange } from '../../domain/page.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { ListRows, type ListSource } from './list-source.js';
import { type KnownPlace, RowCursors } from './row-cursors.js';

/** A row with its cursor; a row that could not be read is the error that says why. */
export interface Edge<T> {
  readonly cursor: string;
  readonly node: Row<T>;
}

/** Where a page lies, in the schema's shape. */
export interface PageBounds {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A page in the schema's shape. Whatever of it is not asked for is not made: cursors above all. */
export class Connection<T extends { readonly sid: string }> {
  readonly #rows: Pick<ListRows<T>, 'get'>;
  readonly #range: RowRange;
  readonly #cursors: RowCursors<T>;

  /**
   * @param rows what was read of the list: the rows in the range, and others around them.
   * @param known places of the cursors that the page was asked for with.
   */
  constructor(
    source: ListSource<T>,
    rows: Pick<ListRows<T>, 'get'>,
    range: RowRange,
    readonly totalCount: number,
    known?: readonly KnownPlace[],
  ) {
    this.#rows = rows;
    this.#range = range;
    this.#cursors = new RowCursors(source, rows, totalCount, known);
  }

  /** A page of a list that has no rows. */
  static empty<T extends { readonly sid: string }>(): Connection<T> {
    return new Connection<T>(
      { identity: '', direction: null, sortKeyOf: () => null },
      new ListRows(),
      { start: 0, end: 0 },
      0,
    );
  }

  get nodes(): Row<T>[] {
    const nodes: Row<T>[] = [];
    for (let offset = this.#range.start; offset < this.#range.end; offset += 1) nodes.push(this.#row(offset));
    return nodes;
  }

  get edges(): Edge<T>[] {
    const cursorOf = (offset: number): string => this.#cursors.at(offset);
    return this.nodes.map((node, index) => new LazyEdge(node, this.#range.start + index, cursorOf));
  }

  get pageInfo(): PageBounds {
    const { start, end } = this.#range;
    const cursorOf = (offset: number): string | null => (end > start ? this.#cursors.at(offset) : null);
    return new LazyPlace(this.#range, this.totalCount, cursorOf);
  }

  /** A row that the upstream counts and does not give is one that could not be read, not one that is not there. */
  #row(offset: number): Row<T> {
    return this.#rows.get(offset) ?? new UpstreamFailure('invalidResponse');
  }
}

class LazyEdge<T> implements Edge<T> {
  readonly node: Row<T>;
  readonly #offset: number;
  readonly #cursorOf: (offset: number) => string;

  constructor(node: Row<T>, offset: number, cursorOf: (offset: number) => string) {
    this.node = node;
    this.#offset = offset;
    this.#cursorOf = cursorOf;
  }

  get cursor(): string {
    return this.#cursorOf(this.#offset);
  }
}

class LazyPlace implements PageBounds {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly #range: RowRange;
  readonly #cursorOf: (offset: number) => string | null;

  constructor(range: RowRange, total: number, cursorOf: (offset: number) => string | null) {
    this.hasPreviousPage = range.start > 0 && total > 0;
    this.hasNextPage = range.end < total;
    this.#range = range;
    this.#cursorOf = cursorOf;
  }

  get startCursor(): string | null {
    return this.#cursorOf(this.#range.start);
  }

  get endCursor(): string | null {
    return this.#cursorOf(this.#range.end - 1);
  }
}
