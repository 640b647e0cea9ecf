import { type Row, type Window } from '../../domain/page.js';
import { type FailureFacts, type FailureReason, UpstreamFailure } from '../../domain/upstream-failure.js';
import { failureOfItem } from './failure.js';
import { type WireEnvelope, type WireItem } from './wire/envelope.js';
import { isObject, momentOrNull, sidOf } from './wire/values.js';

/** Reads one item as what was asked for. */
export function readItem<Wire, T>(
  item: WireItem | undefined,
  read: (data: unknown) => Wire | undefined,
  map: (wire: Wire) => T,
  requestId?: string,
): Row<T> {
  const failure = item && failureOfItem(item, requestId);
  if (failure) return failure;
  const wire = read(item?.data);
  if (wire !== undefined) return map(wire);
  return new UpstreamFailure('invalidResponse', {
    ...identityOf(item?.data),
    ...(requestId !== undefined && { requestId }),
  });
}

/** An unreadable row that names itself can be asked for again, or told from another. */
function identityOf(data: unknown): FailureFacts {
  if (!isObject(data)) return {};
  const sid = sidOf(data['sid'] ?? data['id']);
  const { name } = data;
  const createdAt = momentOrNull(data['date_created']);
  return {
    ...(sid !== undefined && { sid }),
    ...(typeof name === 'string' && { name }),
    ...(createdAt !== null && { createdAt }),
  };
}

/**
 * The window that an answer holds.
 * @param asked what was asked for; the answer may be smaller (`metadata.limit`).
 * @throws UpstreamFailure where it can't be told how many rows there are.
 */
export function readWindow<Wire, T>(
  { metadata, response, request_id, isList, answeredAtMs }: WireEnvelope,
  asked: { readonly offset: number; readonly limit: number },
  read: (data: unknown) => Wire | undefined,
  map: (wire: Wire) => T,
): Window<T> {
  const rows = response.map((item) => readItem(item, read, map, request_id));
  throwIfWhole(rows, isList);
  const end = asked.offset + rows.length;
  const said = Math.min(metadata?.limit ?? asked.limit, asked.limit);
  if (metadata?.total === undefined) {
    const isNothing = !isList && rows.length === 0;
    if (isNothing || rows.length >= said) throw new UpstreamFailure('invalidResponse');
    return { offset: asked.offset, limit: asked.limit, total: end, rows, answeredAtMs };
  }
  // A smaller limit counts only where it cut something off: the document's samples name limits nobody asked for.
  const isCut = rows.length >= said && end < metadata.total;
  const limit = isCut ? Math.min(rows.length, asked.limit) : asked.limit;
  return {
    offset: asked.offset,
    limit,
    total: rows.length > 0 ? Math.max(metadata.total, end) : metadata.total,
    rows,
    answeredAtMs,
  };
}

/** Failures that can't be of one row of a list: they speak of the request. */
const ofTheRequest: ReadonlySet<FailureReason> = new Set(['unauthorized', 'rateLimited', 'notFound']);

/** "HTTP 200 can carry a failed item": where it is the only one, it may stand for the whole answer. */
function throwIfWhole(rows: readonly Row<unknown>[], isList: boolean): void {
  const [only] = rows;
  if (rows.length !== 1 || !(only instanceof UpstreamFailure)) return;
  if (ofTheRequest.has(only.reason) || (!isList && only.reason !== 'invalidResponse')) throw only;
}
