import { cutPage, type PageArguments, type PageLimits, pageSizeOf } from '../../domain/page.js';
import { Connection } from './connection.js';
import { type Cursor, decodeCursor, fingerprintOf } from './cursor.js';
import { type ListReader } from './list-reader.js';
import { type ListSource } from './list-source.js';
import { locate } from './position.js';

/**
 * Reads the page that a client asked for: cursors translated onto offsets, rows onto windows.
 *
 * @throws InputError before any call is spent, for arguments or cursors that can't be.
 * @throws UpstreamFailure where a window can't be read.
 */
export async function readPage<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  page: PageArguments,
  limits: PageLimits,
): Promise<Connection<T>> {
  const size = pageSizeOf(page, limits);
  const fingerprint = fingerprintOf(source.key);
  const decode = (text: string | null | undefined, argument: string): Cursor | undefined =>
    text == null ? undefined : decodeCursor(text, fingerprint, argument);
  const after = decode(page.after, 'after');
  const before = decode(page.before, 'before');

  // What is needed for certain starts at once: both cursors' windows, and the rows on their page's side.
  const certain = [
    ...(after ? [after.offset, ...(size.from === 'start' && size.count > 0 ? [after.offset + 1] : [])] : []),
    ...(before ? [before.offset, ...(size.from === 'end' && size.count > 0 ? [before.offset - 1] : [])] : []),
  ];
  await list.loadAll(certain.filter((offset) => offset >= 0));

  const start = after ? positionAfter(await locate(list, source, after)) : 0;
  if (list.total === undefined) await list.load(start);
  const end = before ? (await locate(list, source, before)).index : (list.total ?? 0);
  const range = cutPage(
    { start: Math.min(start, list.total ?? 0), end: Math.min(end, list.total ?? 0) },
    size,
  );
  await list.cover(range);
  return new Connection(source, list.rows, range, list.total ?? 0);
}

function positionAfter({ index, isThere }: { readonly index: number; readonly isThere: boolean }): number {
  return isThere ? index + 1 : index;
}
