import { isObject } from '../../domain/json.js';
import { type Row, type Slice, type Window } from '../../domain/lists/page.js';
import { type FailureFacts, type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { failureOfItem } from './failure.js';
import { campaignFields } from './wire/campaign.js';
import { type WireEnvelope, type WireItem } from './wire/envelope.js';

/**
 * Reads the data of an item; a failed or unreadable item is a failure.
 * @param neighbours the other items of a response to a request for one campaign.
 */
export function readItem<T>(
  item: WireItem | undefined,
  read: (data: unknown) => T | undefined,
  requestId?: string,
  neighbours?: readonly WireItem[],
): Row<T> {
  const failure = item && failureOfItem(item, requestId, neighbours);
  if (failure) return failure;
  const row = read(item?.data);
  if (row !== undefined) return row;
  return new UpstreamFailure('invalidResponse', { ...identityOf(item?.data), requestId });
}

/** Readable fields of an unreadable row. A sid identifies the row, which can then be read on its own. */
function identityOf(data: unknown): FailureFacts {
  if (!isObject(data)) return {};
  const { sid, name, createdAt } = campaignFields;
  return { sid: sid.of(data), name: name.of(data), createdAt: createdAt.of(data) ?? undefined };
}

/** "number of records on single page default:20 maximum=50" (API document, `limit`). */
const documentedRows = 50;

/**
 * Reads the window in a response.
 * @param requested the response may have fewer rows (`metadata.limit`). Rows beyond the limit do not count.
 * @throws UpstreamFailure if the number of rows is unknown, or a page that is larger than documented has other rows.
 */
export function readWindow<T>(
  { total, limit: statedLimit, offset: statedOffset, items, requestId, isList, answeredAtMs }: WireEnvelope,
  requested: Slice,
  read: (data: unknown) => T | undefined,
): Window<T> {
  const { offset, limit } = requested;
  // Rows beyond the requested ones may be anything: those of another page, or the same ones again.
  const rows = items.slice(0, limit).map((item) => readItem(item, read, requestId));
  const isShort = limit > 1 && statedLimit !== 1 && offset + 1 < (total ?? 0);
  throwIfWhole(rows, isList, isShort);
  // A layer may answer a limit that it does not know with its defaults, from the first row.
  if (limit > documentedRows && rows.length > 0 && (statedOffset ?? offset) !== offset)
    throw new UpstreamFailure('refused');
  const end = offset + rows.length;
  const isFull = rows.length >= Math.min(statedLimit ?? limit, limit);
  // A total that the rows exceed is not a total ("Traps"): after a full page, nothing then shows where the list ends.
  const isTotal = total !== undefined && (rows.length === 0 || total >= offset + items.length);
  if (!isTotal) {
    const isEmpty = !isList && rows.length === 0;
    // A page that is larger than documented may be full or not.
    if (isEmpty || isFull || limit > documentedRows) throw new UpstreamFailure('invalidResponse');
    return { offset, limit, total: end, rows, isLast: total === undefined, answeredAtMs };
  }
  // A smaller limit counts only where it cut rows off: the document's samples have limits that were not requested.
  return {
    offset,
    limit: isFull && end < total ? Math.min(rows.length, limit) : limit,
    total,
    rows,
    isLast: !isFull && end >= total,
    statesLimit: statedLimit !== undefined && rows.length < statedLimit,
    answeredAtMs,
  };
}

/** Failures that concern the request, never a single row of a list. */
const ofRequest: ReadonlySet<FailureReason> = new Set(['unauthorized', 'rateLimited', 'notFound']);

/**
 * "HTTP 200 can carry a failed item": a single one may stand for the whole response.
 * @param isShort whether there are more rows than one: an item that names no sid is not a row then.
 */
function throwIfWhole(rows: readonly Row<unknown>[], isList: boolean, isShort: boolean): void {
  const [only] = rows;
  if (rows.length !== 1 || !(only instanceof UpstreamFailure)) return;
  const isNoRow = isShort && only.facts.sid === undefined;
  if (ofRequest.has(only.reason) || ((!isList || isNoRow) && only.reason !== 'invalidResponse')) throw only;
}
