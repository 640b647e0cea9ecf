import { ApiFailure } from '../api-failure.js';
import { type Metadata } from '../operations/operation.js';
import { parameter } from './parameter.js';

/** "number of records on single page default:20" (API document, 'Bulk SMS Campaign Details'). */
const DEFAULT_LIMIT = 20;

/** The most rows of one page, by kind; the document has no maximum for messages. */
export interface PageMaximums {
  readonly campaigns: number;
  readonly messages: number | undefined;
}

/** Which rows are asked for. */
export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

/** Reads `offset` and `limit`. More than the maximum is capped, and `metadata.limit` tells what was used. */
export function pageRequest(query: URLSearchParams, maximum: number | undefined): PageRequest {
  const limit = wholeNumber(query, 'limit') ?? DEFAULT_LIMIT;
  return { offset: wholeNumber(query, 'offset') ?? 0, limit: Math.min(limit, maximum ?? limit) };
}

/** Cuts a page out of all rows. "Offset is zero-based i.e. the 10th record is at offset 9". */
export function page<Row>(all: readonly Row[], request: PageRequest): { rows: Row[]; metadata: Metadata } {
  const { offset, limit } = request;
  const rows = all.slice(offset, offset + limit);
  return { rows, metadata: { count: rows.length, offset, total: all.length, limit } };
}

function wholeNumber(query: URLSearchParams, name: string): number | undefined {
  const text = parameter(query, name);
  if (text === undefined) return undefined;
  if (!/^\d{1,9}$/.test(text)) throw ApiFailure.invalid(name, 'must be a number that is not negative');
  return Number(text);
}
