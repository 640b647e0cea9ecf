import { type PageArguments, type Slice } from '../../../../src/domain/lists/page.js';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';
import { ListReader, type WindowFetch } from '../../../../src/datasources/paging/list-reader.js';
import { type ListSource } from '../../../../src/datasources/paging/list-source.js';
import { readPage } from '../../../../src/datasources/paging/page.js';
import { PageMaximum } from '../../../../src/datasources/paging/page-maximum.js';
import { type Slicing, wholeWindows } from '../../../../src/datasources/paging/slicing.js';

export interface PlainRow {
  readonly sid: string;
  /** Sort key; null for a row without one. */
  readonly key: string | null;
  /** True for a row that the upstream returns but that cannot be parsed. */
  readonly isUnreadable?: boolean;
  /** True if the upstream gives the sid of an unreadable row nevertheless. */
  readonly showsSid?: boolean;
}

/** Rows in the order of their keys. */
export const ordered: ListSource<PlainRow> = {
  identity: 'plain',
  direction: 'ASC',
  sortKeyOf: ({ key }) => key,
};
/** The same rows in the upstream's own order. */
export const unordered: ListSource<PlainRow> = { identity: 'plain', direction: null, sortKeyOf: () => null };
const limits = { defaultSize: 20, maximum: 500 };

export const keyOf = (index: number): string => new Date(Date.UTC(2026, 0, 1) + index * 60_000).toISOString();

export const plainList = (length: number): PlainRow[] =>
  Array.from({ length }, (_, index) => ({ sid: `s${String(index)}`, key: keyOf(Math.floor(index / 3)) }));

export const sids = (rows: readonly (PlainRow | Error)[]): string[] =>
  rows.map((row) => (row instanceof Error ? 'unreadable' : row.sid));

/** Behaviour of the upstream of a plain list, and of its reader. */
export interface PlainUpstream {
  readonly cap?: number;
  /** The most rows of each response in turn, if that changes between the calls; then `cap`. */
  readonly caps?: readonly number[];
  /** False if the upstream caps its pages silently. */
  readonly saysSo?: boolean;
  /** True if the cap is known from earlier responses. */
  readonly isKnown?: boolean;
  readonly slicing?: Slicing;
  /** The most rows that a call may ask for. */
  readonly largest?: number;
  /** False for a list in the upstream's own order. */
  readonly isOrdered?: boolean;
}

const asGiven = (row: PlainRow): PlainRow | UpstreamFailure =>
  row.isUnreadable === true
    ? new UpstreamFailure('invalidResponse', row.showsSid === true ? { sid: row.sid } : {})
    : row;

/** Reads a page from an upstream with a plain list; returns the page and the requested slices. */
export async function read(
  rows: readonly PlainRow[],
  page: PageArguments,
  {
    cap = 50,
    caps = [],
    saysSo = true,
    isKnown = false,
    largest = 50,
    slicing = wholeWindows,
    isOrdered = true,
  }: PlainUpstream = {},
) {
  const asked: { readonly offset: number; readonly limit: number }[] = [];
  const maximum = new PageMaximum(() => 1_000_000_000, largest);
  const windowOf = ({ offset, limit }: Slice) => {
    const given = Math.min(limit, caps[asked.length - 1] ?? cap);
    return {
      offset,
      limit: saysSo ? given : limit,
      total: rows.length,
      rows: rows.slice(offset, offset + given).map(asGiven),
    };
  };
  const one = (slice: Slice) => {
    asked.push(slice);
    return Promise.resolve(windowOf(slice));
  };
  const fetch: WindowFetch<PlainRow> = async (slice, large) => {
    const part = { slice, onQueued: undefined, epoch: 0 };
    const value = large ? await large.part(part, (span) => maximum.readLarger(span, one)) : await one(slice);
    return { value, readAtMs: 0 };
  };
  for (const limit of isKnown ? [cap, cap] : []) maximum.learn(limit);
  if (isKnown && largest > 50)
    await maximum.readLarger({ offset: 0, limit: largest }, () =>
      Promise.resolve({
        offset: 0,
        limit: cap,
        total: largest,
        rows: Array.from({ length: Math.min(cap, largest) }, () => ({})),
      }),
    );
  const open = () => new ListReader(fetch, maximum, slicing);
  const connection = await readPage(open, isOrdered ? ordered : unordered, page, limits);
  return { connection, asked, calls: asked.length, maximum };
}

/** The cursor of a row. */
export async function cursorAt(
  rows: readonly PlainRow[],
  index: number,
  isOrdered = true,
): Promise<string | null> {
  if (index >= rows.length) return null;
  if (index === rows.length - 1)
    return (await read(rows, { last: 1 }, { isOrdered })).connection.edges.at(-1)?.cursor ?? null;
  const { connection } = await read(rows, { first: Math.min(500, index + 1) }, { isOrdered });
  return connection.edges.at(index)?.cursor ?? null;
}
