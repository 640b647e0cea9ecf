import { type CampaignParameters } from '../campaign.js';
import { type SandboxState } from '../state.js';
import { ApiFailure } from './failure.js';
import { parameter } from './query.js';

/** "number of records on single page default:20" (API document, 'Bulk SMS Campaign Details'). */
const DEFAULT_LIMIT = 20;

/** The most rows of one page, by kind; the document has no maximum for messages. */
interface PageMaximums {
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

/** What some layer between the API and its database does to a new campaign; nothing unless told to. */
export interface Rewriting {
  /** What is stored in place of what was sent. */
  readonly parameters?: (sent: CampaignParameters) => CampaignParameters;
  /** How far the clock of who writes `date_created`, and sets starts, is ahead of the one that answers (`Date`). */
  readonly clockAheadMs?: number;
}

/** A request as the operations see it. */
export interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly rawBody: string;
  /** The campaign's sid, where the path has one. */
  readonly id: string;
}

/** What the operations work with. */
export interface OperationContext {
  readonly state: SandboxState;
  readonly maximums: PageMaximums;
  readonly rewriting: Rewriting;
}

/** What an operation found or made; the envelope is put around it later. */
export interface OperationResult {
  readonly data: unknown;
  readonly metadata?: Metadata;
}

/** The `metadata` of a page. */
interface Metadata {
  readonly count: number;
  readonly offset: number;
  readonly total: number;
  readonly limit: number;
}

/** One thing the API does; it throws an ApiFailure where the API refuses. */
export type Operation = (upstream: OperationContext, call: ApiRequest) => OperationResult;
