import {
  cutPage,
  type PageArguments,
  type PageLimits,
  pageSizeOf,
  type RowRange,
} from '../../domain/page.js';
import { Connection } from './connection.js';
import { type Cursor, decodeCursor, fingerprintOf } from './cursor.js';
import { type Consistency, type ListReader } from './list-reader.js';
import { type ListSource } from './list-source.js';
import { locate, type Position, SearchAllowance, type SearchOptions } from './position.js';
import { type PageRequest } from './slicing.js';

/**
 * Reads the page that a client asked for: cursors translated onto offsets, rows onto windows.
 *
 * @param open gives a reader of the list: 0 of what is at hand, from 1 on of windows read anew.
 * @param allowance calls left to the operation for rows that are not where they were.
 * @throws InputError before any call is spent, for arguments or cursors that can't be.
 * @throws UpstreamFailure where a window can't be read.
 */
export function readPage<T extends { readonly sid: string }>(
  open: (reading: number) => ListReader<T>,
  source: ListSource<T>,
  page: PageArguments,
  limits: PageLimits,
  allowance = new SearchAllowance(),
): Promise<Connection<T>> {
  const decode = (text: string | null | undefined, argument: string): Cursor | undefined =>
    text == null ? undefined : decodeCursor(text, fingerprintOf(source.identity), argument);
  const cut = {
    size: pageSizeOf(page, limits),
    after: decode(page.after, 'after'),
    before: decode(page.before, 'before'),
  };
  return readCut(open, source, cut, allowance);
}

/** How often the windows of a page are read anew where the list moved between their readings. */
const maximumRereads = 2;

async function readCut<T extends { readonly sid: string }>(
  open: (reading: number) => ListReader<T>,
  source: ListSource<T>,
  asked: PageRequest,
  allowance: SearchAllowance,
): Promise<Connection<T>> {
  let cut = asked;
  let list = open(0);
  // Twice is enough: a list that moves faster than it can be read has no one page that is right.
  for (let number = 0; ; number += 1) {
    const places = await locateBoth(list, source, cut, {
      allowance,
      reread: number,
      mayBeReread: number < maximumRereads,
    });
    const total = list.total ?? 0;
    const range = rangeOf(cut, places, total);
    const reading = list.cover(range);
    if (reading) await reading;
    const around = surroundingsOf(range, places);
    const consistency = consistencyOfPage(list, cut, places, { around, total });
    if (consistency === 'consistent' || number === maximumRereads)
      return connectionOf(list, source, places, { range, around });
    const next = open(number + 1);
    if (consistency === 'apart') next.takeNewestOf(list);
    cut = {
      ...cut,
      after: expected(list, cut.after, places.after),
      before: expected(list, cut.before, places.before),
    };
    list = next;
  }
}

interface Places {
  readonly after: Position | undefined;
  readonly before: Position | undefined;
}

async function locateBoth<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  cut: PageRequest,
  search: SearchOptions,
): Promise<Places> {
  await list.begin(cut); // both cursors' windows, and the rows on their page's side, at once
  const { after, before } = cut;
  return {
    after: after && (await locate(list, source, after, 'after', search)),
    before: before && (await locate(list, source, before, 'before', search)),
  };
}

function rangeOf({ size }: PageRequest, { after, before }: Places, total: number): RowRange {
  const start = after ? after.index + (after.isThere ? 1 : 0) : 0;
  const end = before ? before.index : total;
  return cutPage({ start: Math.min(start, total), end: Math.min(end, total) }, size);
}

/** The rows of a page, and those that tell where it begins and ends. */
function surroundingsOf({ start, end }: RowRange, { after, before }: Places): RowRange {
  const places = [after, before].flatMap((place) => place ?? []);
  return {
    start: Math.max(0, Math.min(start, ...places.map(({ index }) => index - 1))),
    end: Math.max(end, ...places.map(({ index }) => index + 1)),
  };
}

function consistencyOfPage<T extends { readonly sid: string }>(
  list: ListReader<T>,
  { size }: PageRequest,
  { after, before }: Places,
  { around, total }: { readonly around: RowRange; readonly total: number },
): Consistency {
  // A page from the end was cut by a total that another window may have told.
  if (size.from === 'end' && !before && list.total !== total) return 'moved';
  const all = [list.consistencyIn(around)];
  for (const place of [after, before])
    if (place && !place.isThere) all.push(list.consistencyIn(place.searched, true));
  return all.find((one) => one === 'moved') ?? all.find((one) => one === 'apart') ?? 'consistent';
}

/** The cursor, where its row was found, with the place at which the next reading is to expect it. */
function expected<T extends { readonly sid: string }>(
  list: ListReader<T>,
  cursor: Cursor | undefined,
  place: Position | undefined,
): Cursor | undefined {
  if (!cursor || !place?.isThere) return cursor;
  return { ...place.cursor, offset: place.index, total: list.totalAt(place.index) ?? null };
}

function connectionOf<T extends { readonly sid: string }>(
  list: ListReader<T>,
  source: ListSource<T>,
  { after, before }: Places,
  { range, around }: { readonly range: RowRange; readonly around: RowRange },
): Connection<T> {
  const total = list.total ?? 0; // as the last window tells it
  const page = { start: range.start, end: Math.min(range.end, total) };
  const known = [after, before].flatMap((place) => place ?? []);
  return new Connection(source, list.rowsAround(around), page, total, known);
}
