import { keyOf, type PlainRow } from '../paging/plain-lists.js';

/** Position of a change: rows from the cursor's row, from the start or from the end of the list. */
export interface Place {
  readonly from: 'cursor' | 'start' | 'end';
  readonly by: number;
}

/** A change of a list between two pages. */
export interface Change {
  readonly kind: 'insert' | 'insertOther' | 'remove' | 'leave' | 'enter' | 'move';
  readonly place: Place;
  readonly count: number;
}

interface ListedRow extends PlainRow {
  readonly block: number;
  readonly isIn: boolean;
}

/** Rows in blocks with one sort key each. Rows are added, removed and moved, and leave and enter the list's filter. */
export class ChangingList {
  #rows: readonly ListedRow[];
  #made = 0;
  readonly #keyOf: (block: number, made: number) => string | null;
  readonly #unreadableEvery: number;
  /** Readable rows that have stayed in the list, in the same place. */
  readonly stayed: Set<string>;

  /**
   * @param blocks number of rows of each block.
   * @param keyOfBlock the sort key of a block; rows of a block may spell it differently.
   * @param unreadableEvery every n-th row is unreadable; 0 for none.
   */
  constructor(
    blocks: readonly number[],
    keyOfBlock: (block: number, made: number) => string | null = keyOf,
    unreadableEvery = 0,
  ) {
    this.#keyOf = keyOfBlock;
    this.#unreadableEvery = unreadableEvery;
    this.#rows = blocks.flatMap((count, block) =>
      Array.from({ length: count }, () => this.#row((block + 1) * 10)),
    );
    this.stayed = new Set(this.#rows.filter(({ isUnreadable }) => !isUnreadable).map(({ sid }) => sid));
  }

  #row(block: number): ListedRow {
    this.#made += 1;
    // In no order, like real sids.
    const sid = `s${((this.#made * 7919) % 999_983).toString(36)}-${String(this.#made)}`;
    const isUnreadable = this.#unreadableEvery > 0 && (this.#made * 31) % this.#unreadableEvery === 0;
    return { sid, key: this.#keyOf(block, this.#made), block, isIn: true, isUnreadable };
  }

  /** Rows that a client can see, in list order. */
  get rows(): readonly ListedRow[] {
    return this.#rows.filter(({ isIn }) => isIn);
  }

  /** Applies a change. Positions near the cursor count from its row, or from the row's last position. */
  apply({ kind, place, count }: Change, cursorIndex: number): void {
    const { length } = this.#rows;
    const origin = { cursor: cursorIndex, start: 0, end: length }[place.from];
    const at = Math.max(0, Math.min(length, origin + place.by));
    const chosen = this.#rows.slice(at, at + count);
    const [before, after] = [this.#rows.slice(0, at), this.#rows.slice(at)];
    if (kind === 'insert' || kind === 'insertOther') {
      const { block } = this.#rows[at] ?? this.#rows.at(-1) ?? { block: 10 };
      const isFirst = before.at(-1)?.block !== block;
      // Rows with a unique sort key go before the block of the position.
      const own = this.#rows.findIndex((row) => row.block === block);
      const where = kind === 'insert' ? at : Math.max(0, own);
      const fresh = Array.from({ length: count }, () => this.#row(kind === 'insert' ? block : block - 1));
      this.#rows = [...this.#rows.slice(0, where), ...fresh, ...this.#rows.slice(where)];
      if (kind === 'insertOther' && isFirst) this.#sort();
      return;
    }
    const sids = new Set(chosen.map(({ sid }) => sid));
    if (kind !== 'enter') for (const sid of sids) this.stayed.delete(sid);
    const changed = {
      remove: () => [],
      leave: () => chosen.map((row) => ({ ...row, isIn: false })),
      enter: () => chosen.map((row) => ({ ...row, isIn: true })),
      move: () => chosen.map((row) => this.#moved(row)),
    }[kind]();
    this.#rows = [...before, ...changed, ...after.slice(count)];
    if (kind === 'move') this.#sort();
  }

  /** Rows never return: a returned row may have another position among its equals, which no reader could detect. */
  #moved(row: ListedRow): ListedRow {
    const block = row.block + 10;
    return { ...row, block, key: this.#keyOf(block, this.#made) };
  }

  /** Preserves the order of rows with one sort key. */
  #sort(): void {
    this.#rows = [...this.#rows].sort((a, b) => a.block - b.block);
  }
}
