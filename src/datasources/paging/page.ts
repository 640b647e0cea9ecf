import {
  cutPage,
  type Identified,
  type PageArguments,
  type PageLimits,
  pageSizeOf,
  type RowRange,
  sidOf,
} from '../../domain/lists/page.js';
import { allParts, needFor, type PageParts } from '../../domain/lists/page-parts.js';
import { Connection } from './connection.js';
import { type Consistency } from './consistency.js';
import { type Cursor, decodeCursor, fingerprintOf } from './cursors/cursor.js';
import { locate, type Position, SearchAllowance, type SearchOptions } from './cursors/position.js';
import { type ListReader } from './list-reader.js';
import { type ListSource } from './list-source.js';
import { partOfPage } from './part-of-page.js';
import { type PageRequest } from './slicing.js';

/**
 * Opens a reader of the list. Only attempt 0 uses the cache; later attempts read all windows again, for a reason. A reader that
 * must revalidate fails rather than return stale windows.
 */
type OpenList<T extends Identified> = (
  attempt: number,
  mustRevalidate: boolean,
  refetch?: Exclude<Consistency, 'consistent'>,
) => ListReader<T>;

/**
 * Reads a page of a list: locates the rows of its cursors, and reads the windows that cover the page.
 *
 * @param allowance upstream calls left to the operation for searches of rows that have moved.
 * @param parts the requested parts of the page; only what they need is read.
 * @throws InputError for invalid arguments or cursors, before any upstream call.
 * @throws UpstreamFailure if a window can't be read.
 */
export function readPage<T extends Identified>(
  open: OpenList<T>,
  source: ListSource<T>,
  page: PageArguments,
  limits: PageLimits,
  allowance = new SearchAllowance(),
  parts: PageParts = allParts,
): Promise<Connection<T>> {
  const decode = (text: string | null | undefined, argument: string): Cursor | undefined =>
    text == null ? undefined : decodeCursor(text, fingerprintOf(source.identity), argument);
  const size = pageSizeOf(page, limits);
  const request = {
    size,
    after: decode(page.after, 'after'),
    before: decode(page.before, 'before'),
    need: needFor(parts, page, size.count),
    parts,
  };
  if (request.need === 'nothing') return Promise.resolve(Connection.empty());
  if (request.need === 'total') return readTotal(open(0, false), source, request);
  return readConsistently(open, source, request, allowance);
}

/** Reads the total alone: any window of the list has it. Cursors do not matter then. */
async function readTotal<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  request: PageRequest,
): Promise<Connection<T>> {
  await list.begin(request);
  const total = list.total ?? 0;
  return new Connection(source, list.rows, cutPage({ start: 0, end: total }, request.size), total);
}

/** How often the windows of a page are read again if the list has moved between their reads. */
const maximumRefetches = 2;

/** Reads a page until its windows show one state of the list, or no attempt is left. */
async function readConsistently<T extends Identified>(
  open: OpenList<T>,
  source: ListSource<T>,
  requested: PageRequest,
  allowance: SearchAllowance,
): Promise<Connection<T>> {
  let request = requested;
  let list = open(0, false);
  // More attempts would not help: of a list that moves faster than it can be read, only one window is consistent.
  let lastAttempt = maximumRefetches;
  for (let attempt = 0; ; attempt += 1) {
    await list.begin(request); // the windows of both cursors and of the adjacent rows, in parallel
    // Another instance may have read newer windows, and a cursor may be of them. The older ones do not show that its row is gone.
    const hasMoved = !cursorsOf(request).every((cursor) => isAsItWas(list, cursor));
    const newer = hasMoved ? await list.loadNewer() : 'none';
    if (
      newer === 'loaded' ||
      (newer === 'unknown' && !cursorsOf(request).every((cursor) => isIn(list, cursor)))
    ) {
      lastAttempt += 1;
      list = newer === 'loaded' ? open(attempt + 1, false) : open(attempt + 1, true, 'moved');
      continue;
    }
    const isLastAttempt = attempt === lastAttempt;
    const places = await locateBoth(list, source, request, {
      takeCall: (window) => allowance.take(`${attempt} ${window} ${source.identity}`),
      isLastAttempt,
    });
    const total = list.total ?? 0;
    const range = rangeOf(request, places, total);
    const pending = list.cover(neededOf(request, range));
    if (pending) await pending;
    const around = surroundingsOf(range, places);
    // The range depends on the total, which a later window may have changed.
    const isOther = pending && !isSame(range, rangeOf(request, places, list.total ?? 0));
    const consistency = isOther ? 'moved' : consistencyOfPage(list, source, places, around);
    const isOfWalk = (request.after ?? request.before) !== undefined;
    if ((consistency === 'moved' || (consistency === 'apart' && isOfWalk)) && isLastAttempt) {
      const part = await partOfPage(list, source, request, places, consistency);
      if (part) return part;
    }
    if (consistency === 'consistent' || isLastAttempt)
      return connectionOf(list, source, request, places, { range, around });
    const isNewer = (await list.loadNewer()) === 'loaded';
    if (isNewer) lastAttempt += 1;
    // An empty page would end the walk, although its own windows contradict that.
    const mustRevalidate = consistency === 'moved' && range.end <= range.start;
    const next = isNewer ? open(attempt + 1, false) : open(attempt + 1, mustRevalidate, consistency);
    if (consistency === 'apart' && !isNewer) next.takeNewestOf(list);
    request = {
      ...request,
      again: neededOf(request, range),
      after: expected(list, request.after, places.after),
      before: expected(list, request.before, places.before),
    };
    list = next;
  }
}

interface Places {
  readonly after: Position | undefined;
  readonly before: Position | undefined;
}

async function locateBoth<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  request: PageRequest,
  search: SearchOptions,
): Promise<Places> {
  const { after, before } = request;
  return {
    after: after && (await locate(list, source, after, 'after', search)),
    before: before && (await locate(list, source, before, 'before', search)),
  };
}

function cursorsOf({ after, before }: PageRequest): Cursor[] {
  return [after, before].filter((cursor) => cursor !== undefined);
}

/** True if the list is as long as a cursor says, and has its row where it was. */
function isAsItWas<T extends Identified>(
  list: ListReader<T>,
  { offset, total, sid, unreadableSid }: Cursor,
): boolean {
  return list.total === total && sidOf(list.rows.get(offset)) === (sid || unreadableSid || undefined);
}

/** True if a cursor's row is anywhere in the windows. */
function isIn<T extends Identified>(list: ListReader<T>, { sid, unreadableSid }: Cursor): boolean {
  const wanted = sid || unreadableSid;
  return wanted !== '' && list.newestWindows.some(({ rows }) => rows.some((row) => sidOf(row) === wanted));
}

function rangeOf({ size }: PageRequest, { after, before }: Places, total: number): RowRange {
  const start = after ? after.index + (after.isThere ? 1 : 0) : 0;
  const end = before ? before.index : total;
  return cutPage({ start: Math.min(start, total), end: Math.min(end, total) }, size);
}

function isSame(one: RowRange, other: RowRange): boolean {
  return one.start === other.start && one.end === other.end;
}

/** The rows of a page that its parts need. */
function neededOf({ need, parts }: PageRequest, range: RowRange): readonly RowRange[] {
  if (need === 'rows') return [range];
  if (need !== 'ends' || range.end <= range.start) return [];
  return [
    ...(parts.startCursor ? [{ start: range.start, end: range.start + 1 }] : []),
    ...(parts.endCursor ? [{ start: range.end - 1, end: range.end }] : []),
  ];
}

/** The rows of a page, and the adjacent rows that determine where it begins and ends. */
function surroundingsOf({ start, end }: RowRange, { after, before }: Places): RowRange {
  const places = [after, before].filter((place) => place !== undefined);
  return {
    start: Math.max(0, Math.min(start, ...places.map(({ index }) => index - 1))),
    end: Math.max(end, ...places.map(({ index }) => index + 1)),
  };
}

function consistencyOfPage<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  { after, before }: Places,
  around: RowRange,
): Consistency {
  const all = [list.consistencyIn(around, source)];
  for (const place of [after, before])
    if (place && !place.isThere) all.push(list.consistencyIn(place.searched, source, true));
  return all.find((one) => one === 'moved') ?? all.find((one) => one === 'apart') ?? 'consistent';
}

/** The cursor for the next attempt; if its row was found, with the offset at which it was found. */
function expected<T extends Identified>(
  list: ListReader<T>,
  cursor: Cursor | undefined,
  place: Position | undefined,
): Cursor | undefined {
  if (!cursor || !place?.isThere) return cursor;
  return { ...place.cursor, offset: place.index, total: list.latestWindow(place.index)?.total ?? null };
}

function connectionOf<T extends Identified>(
  list: ListReader<T>,
  source: ListSource<T>,
  request: PageRequest,
  { after, before }: Places,
  { range, around }: { readonly range: RowRange; readonly around: RowRange },
): Connection<T> {
  const total = list.total ?? 0; // of the last window
  const page = { start: range.start, end: Math.min(range.end, total) };
  const known = [after, before].filter((place) => place !== undefined);
  // The same cursor, whatever window has shown the total: it is made of the windows that are read in any case.
  const isOfEnds = request.need === 'ends' && known.length === 0;
  const read = isOfEnds ? neededOf(request, page) : [around];
  return new Connection(source, list.rowsAround(read), page, total, known);
}
