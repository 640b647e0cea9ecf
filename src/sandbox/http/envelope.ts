import { type ApiFailure } from '../api/failure.js';
import { type OperationResult } from '../api/operation.js';

/** An HTTP answer before it is sent. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** An answer with a JSON body. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(body) };
}

/** What an older layer of the upstream answers in place of the envelope. */
export function restException(status: number, message: string): unknown {
  return { RestException: { Status: status, Message: message, Code: status } };
}

/**
 * How an operation's items look. Create, list and messages answer an array, get and update an object; create
 * and messages say `error_data: null` of what went well, the others leave it out (API document, the samples).
 */
export interface ItemShape {
  readonly inArray: boolean;
  readonly saysNoError: boolean;
}

/** The request's own part of the envelope. */
export interface EnvelopeHead {
  readonly request_id: string;
  readonly method: string;
}

/** The envelope of what went well. */
export function successEnvelope(head: EnvelopeHead, outcome: OperationResult, shape: ItemShape): unknown {
  const item = (data: unknown): unknown =>
    shape.saysNoError
      ? { code: 200, error_data: null, status: 'success', data }
      : { code: 200, status: 'success', data };
  const { data, metadata } = outcome;
  const items = Array.isArray(data) ? data.map(item) : shape.inArray ? [item(data)] : item(data);
  return { ...head, http_code: 200, ...(metadata === undefined ? {} : { metadata }), response: items };
}

/** The envelope of a refusal: the HTTP status and the item's code are the same, `data` is null. */
export function failureEnvelope(head: EnvelopeHead, failure: ApiFailure, shape: ItemShape): unknown {
  const item = failedItem(failure);
  return { ...head, http_code: failure.httpCode, response: shape.inArray ? [item] : item };
}

/** A failed item. */
export function failedItem(failure: ApiFailure): unknown {
  return { code: failure.httpCode, error_data: failure.errorData(), status: 'failure', data: null };
}
