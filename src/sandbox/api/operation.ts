import { type Campaign, type CampaignParameters } from '../campaign.js';
import { type SandboxState } from '../state.js';
import { ApiFailure } from './failure.js';
import { parameter } from './query.js';

/** "number of records on single page default:20" (API document, 'Bulk SMS Campaign Details'). */
const DEFAULT_LIMIT = 20;

/** Maximum number of rows of a page, by kind. The document has none for messages. */
interface PageMaximums {
  readonly campaigns: number;
  readonly messages: number | undefined;
}

/** Offset and limit of a list request. */
export interface PageRequest {
  readonly offset: number;
  readonly limit: number;
}

/** Reads `offset` and `limit`. A limit above the maximum is capped; `metadata.limit` has the limit used. */
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

/** Changes that a layer between the API and its database makes to a new campaign; none by default. */
export interface Rewriting {
  /** Returns the parameters to store instead of those sent. */
  readonly parameters?: (sent: CampaignParameters) => CampaignParameters;
  /** Milliseconds by which the clock behind `date_created` and default starts is ahead of the `Date` header. */
  readonly clockAheadMs?: number;
}

/** A request, without HTTP. */
export interface ApiRequest {
  readonly method: string;
  readonly query: URLSearchParams;
  readonly contentType: string;
  readonly rawBody: string;
  /** Sid of the campaign; empty if the path has none. */
  readonly id: string;
}

/** State and settings that operations use. */
export interface OperationContext {
  readonly state: SandboxState;
  readonly maximums: PageMaximums;
  readonly rewriting: Rewriting;
  /** Whether the rows of a campaign are unreadable. */
  readonly isUnreadable: (campaign: Campaign) => boolean;
}

/** Result of an operation, before it is put into an envelope. */
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

/** An operation of the API. @throws ApiFailure for a refusal. */
export type Operation = (upstream: OperationContext, call: ApiRequest) => OperationResult;

/**
 * Shape of an operation's items. Create, list and messages return an array, get and update an object. Create and messages
 * have `error_data: null` in successful items, the others omit it (API document, samples).
 */
export interface ItemShape {
  readonly inArray: boolean;
  readonly hasErrorData: boolean;
}

/** A route of the API: its operation and the shape of its response. */
export interface Route {
  readonly operation: Operation;
  readonly shape: ItemShape;
}
