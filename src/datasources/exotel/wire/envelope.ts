import { countOf, integerOf, isObject } from './values.js';

type Values = Readonly<Record<string, unknown>>;

/** `{code, message, description}`, seen in failed items. */
export interface WireErrorData {
  readonly code: number | undefined;
  readonly message: string | undefined;
  readonly description: string | undefined;
}

/** One row of an answer; its `data` is read by what was asked for. */
export interface WireItem {
  readonly code: number | undefined;
  readonly status: string | undefined;
  readonly error_data: WireErrorData | null;
  readonly data: unknown;
}

/**
 * What every answer is wrapped in. Nothing of it must be there: whatever is written in another way says nothing, so
 * there is nothing for a schema to refuse, and plain functions read it.
 */
export interface WireEnvelope {
  readonly request_id: string | undefined;
  readonly http_code: number | undefined;
  readonly metadata: { readonly total: number | undefined; readonly limit: number | undefined } | undefined;
  readonly response: readonly WireItem[];
  readonly isList: boolean;
  /** Of the answer's `Date` header; epoch milliseconds. */
  readonly answeredAtMs?: number | undefined;
}

/** Reads it, whatever it is. */
export function readEnvelope(json: Values, answeredAtMs?: number): WireEnvelope {
  const { request_id, http_code, metadata, response } = json;
  return {
    request_id: requestIdOf(request_id),
    http_code: integerOf(http_code),
    metadata: isObject(metadata)
      ? { total: countOf(metadata['total']), limit: countOf(metadata['limit']) || undefined }
      : undefined,
    response: itemsOf(response),
    isList: Array.isArray(response),
    answeredAtMs,
  };
}

/**
 * Create answers an array and get an object, "sometimes the other way round": both become an array here. What is not
 * even an item says nothing, so that its neighbours stay readable.
 */
function itemsOf(response: unknown): readonly WireItem[] {
  if (response == null) return [];
  return Array.isArray(response) ? response.map(itemOf) : [itemOf(response)];
}

const noItem: WireItem = { code: undefined, status: undefined, error_data: null, data: undefined };

function itemOf(value: unknown): WireItem {
  if (!isObject(value)) return noItem;
  const { code, status, error_data, data } = value;
  return { code: integerOf(code), status: textOrNothing(status), error_data: errorDataOf(error_data), data };
}

function errorDataOf(value: unknown): WireErrorData | null {
  if (!isObject(value)) return null;
  const { code, message, description } = value;
  return {
    code: integerOf(code),
    message: textOrNothing(message),
    description: textOrNothing(description),
  };
}

function textOrNothing(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** Ids of requests are shown to people; a long one is no id. */
const longestRequestId = 128;

function requestIdOf(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= longestRequestId ? value : undefined;
}

/**
 * The status in what older layers answer for 429 and some 401s. Beside it is a `Code`, which says no more and may be text
 * (`RATE_LIMIT_EXCEEDED`).
 */
export function restExceptionStatus({ RestException: exception }: Values): number | undefined {
  return isObject(exception) ? integerOf(exception['Status']) : undefined;
}
