import { cutPage, type PageArguments, type PageLimits, pageSizeOf } from '../../domain/page.js';
import { Connection } from './connection.js';
import { type Cursor, decodeCursor, fingerprintOf } from './cursor.js';
import { type ListReader } from './list-reader.js';
import { type ListSource } from './list-source.js';
import { locate } from './position.js';
import { type Cut } from './slicing.js';

/**
 * Reads the page that a client asked for: cursors translated onto offsets, rows onto windows.
 *
 * @param open gives a reader of the list: 0 of what is at hand, from 1 on of windows read anew.
 * @throws InputError before any call is spent, for arguments or cursors that can't be.
 * @throws UpstreamFailure where a window can't be read.
 */
export function readPage<T extends { readonly sid: string }>(
  open: (reading: number) => ListReader<T>,
  source: ListSource<T>,
  page: PageArguments,
  limits: PageLimits,
): Promise<Connection<T>> {
  const decode = (text: string | null | undefined, argument: string): Cursor | undefined =>
    text == null ? undefined : decodeCursor(text, fingerprintOf(source.key), argument);
  const cut = {
    size: pageSizeOf(page, limits),
    after: decode(page.after, 'after'),
    before: decode(page.before, 'before'),
  };
  return readCut(open, source, cut);
}

/** How often the windows of a page are read anew where the list moved between their readings. */
const maximumRereads = 2;

async function readCut<T extends { readonly sid: string }>(
  open: (reading: number) => ListReader<T>,
  source: ListSource<T>,
  cut: Cut,
  number = 0,
): Promise<Connection<T>> {
  const list = open(number);
  const { size, after, before } = cut;
  await list.begin(cut); // both cursors' windows, and the rows on their page's side, at once
  const start = after ? positionAfter(await locate(list, source, after)) : 0;
  const end = before ? (await locate(list, source, before)).index : (list.total ?? 0);
  const range = cutPage(
    { start: Math.min(start, list.total ?? 0), end: Math.min(end, list.total ?? 0) },
    size,
  );
  const reading = list.cover(range);
  if (reading) await reading;
  // Twice is enough: a list that moves faster than it can be read has no one page that is right.
  if (list.hasMoved && number < maximumRereads) return readCut(open, source, cut, number + 1);
  const total = list.total ?? 0; // as the last window tells it
  return new Connection(source, list.rows, { start: range.start, end: Math.min(range.end, total) }, total);
}

function positionAfter({ index, isThere }: { readonly index: number; readonly isThere: boolean }): number {
  return isThere ? index + 1 : index;
}
