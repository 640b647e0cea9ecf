import { type OrderDirection } from '../../domain/order.js';
import { type Row } from '../exotel/rows.js';

/** What paging needs to know of a list besides how to read it. */
export interface ListSource<T extends { readonly sid: string }> {
  /** Names the list: its kind, filter and order, and whose messages. Equal texts are the same list. */
  readonly key: string;
  /** Null where the order is the upstream's own and unknown. */
  readonly direction: OrderDirection | null;
  /** What the list is ordered by, of one row; null where the row does not say. */
  sortKeyOf(row: T): string | null;
}

/** The row, where it could be read. */
export function readable<T>(row: Row<T> | undefined): T | undefined {
  return row instanceof Error ? undefined : row;
}
