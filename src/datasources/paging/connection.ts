import { type Identified, type Row, type RowRange } from '../../domain/lists/page.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { ListRows, type ListSource } from './list-source.js';
import { type KnownPosition, RowCursors } from './cursors/row-cursors.js';

/** A row with its cursor. A row that could not be read is represented by its error. */
interface Edge<T> {
  readonly cursor: string;
  readonly node: Row<T>;
}

/** Page info in the shape of the schema. */
interface PageInfo {
  readonly hasNextPage: boolean;
  readonly hasPreviousPage: boolean;
  readonly startCursor: string | null;
  readonly endCursor: string | null;
}

/** A page in the shape of the schema. Its parts are computed only when they are requested, since cursors are expensive. */
export class Connection<T extends Identified> {
  readonly #rows: ListRows<T>;
  readonly #range: RowRange;
  readonly #cursors: RowCursors<T>;

  /**
   * @param rows the rows of the range, and others around them.
   * @param known positions of the cursors in the arguments of the page.
   */
  constructor(
    source: ListSource<T>,
    rows: ListRows<T>,
    range: RowRange,
    readonly totalCount: number,
    known?: readonly KnownPosition[],
  ) {
    this.#rows = rows;
    this.#range = range;
    this.#cursors = new RowCursors(source, rows, totalCount, known);
  }

  /** The page of an empty list. */
  static empty<T extends Identified>(): Connection<T> {
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

  get pageInfo(): PageInfo {
    const { start, end } = this.#range;
    const cursorOf = (offset: number): string | null => (end > start ? this.#cursors.at(offset) : null);
    return new LazyPageInfo(this.#range, this.totalCount, cursorOf);
  }

  /** A row that the upstream counts but does not return is unreadable rather than absent. */
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

class LazyPageInfo implements PageInfo {
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
