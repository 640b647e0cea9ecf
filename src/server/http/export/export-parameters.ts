import Negotiator from 'negotiator';
import { type ErrorCode, type GatewayError, InputError } from '../../../domain/errors.js';
import { type ExportFormat } from '../../../domain/telemetry.js';
import { encodingRule, isPercentEncoded } from '../../../domain/text.js';
import { exportStatuses } from '../../../export/export-row.js';
import { type ExportRequest } from '../../../export/message-export.js';
import { refusalStatus } from '../../../operations/operation-result.js';

/** Media types of exports. */
export const mediaTypes = { ndjson: 'application/x-ndjson', csv: 'text/csv' } as const;

const parameterNames = ['status', 'number', 'after', 'cursor', 'progress'];

/** A checked request for an export. */
export interface ExportParameters extends ExportRequest {
  /** Whether a CSV has the column `cursor`. */
  readonly hasCursor: boolean;
  /** Whether NDJSON has a line of progress after each window. */
  readonly hasProgress: boolean;
}

/**
 * The format of an export by its `Accept` header: NDJSON where both will do, since its last line says whether it is whole.
 * @returns undefined if the client takes neither.
 */
export function acceptedFormat(accept: string | undefined): ExportFormat | undefined {
  const { ndjson, csv } = mediaTypes;
  // Without a header, every type is accepted. Parameters, such as a charset, choose nothing.
  const types = accept?.toLowerCase().replace(/;(?! *q=)[^;,]*/g, '') ?? '*/*';
  const [best] = new Negotiator({ headers: { accept: types } }).mediaTypes([ndjson, csv]);
  return best === ndjson ? 'ndjson' : best === csv ? 'csv' : undefined;
}

/**
 * Reads the parameters of an export.
 * @param url path and query of the request.
 * @throws InputError that names an unknown, repeated or invalid parameter.
 */
export function exportParametersOf(sid: string, url: string): ExportParameters {
  const start = url.indexOf('?');
  const query = start < 0 ? '' : url.slice(start + 1);
  if (!isPercentEncoded(query)) throw new InputError('query', encodingRule);
  const search = new URLSearchParams(query);
  for (const name of search.keys()) {
    if (!parameterNames.includes(name))
      throw new InputError(name.slice(0, 50), `is not known. An export takes ${parameterNames.join(', ')}.`);
    if (search.getAll(name).length > 1) throw new InputError(name, 'must not be given twice.');
  }
  return {
    sid,
    statuses: new Set(statusesIn(search.get('status'))),
    // A plus sign stands for a space in a query (URL standard); no number begins with one.
    number: search.get('number')?.replace(/^ (?=[\dXx*])/, '+') ?? null,
    after: search.get('after'),
    hasCursor: isSet(search, 'cursor'),
    hasProgress: isSet(search, 'progress'),
  };
}

function isSet(search: URLSearchParams, name: string): boolean {
  const value = search.get(name);
  if (value !== null && value !== '1') throw new InputError(name, 'must be 1, or left out.');
  return value === '1';
}

function statusesIn(text: string | null): string[] {
  if (text === null) return [];
  const statuses = text.split(',').map((status) => status.trim());
  const unknown = statuses.find((status) => !exportStatuses.includes(status));
  if (unknown === undefined) return statuses;
  throw new InputError(
    'status',
    `has ${JSON.stringify(unknown.slice(0, 50))}, which is not a status. Valid: ${exportStatuses.join(', ')}.`,
  );
}

/** Statuses in which an export differs from an operation: it is a resource, and the caller does not choose the size of its reads. */
const statusOf: Readonly<Partial<Record<ErrorCode, number>>> = {
  FORBIDDEN: 403,
  NOT_FOUND: 404,
  BAD_REQUEST: 406,
  QUERY_TOO_LARGE: 503,
};

/** HTTP status of an export that is refused before its first byte. */
export function exportStatusOf({ code }: Pick<GatewayError, 'code'>): number {
  return statusOf[code] ?? refusalStatus(code);
}
