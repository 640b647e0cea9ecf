import { type ApiFailure } from '../api/failure.js';
import { type ItemShape, type OperationResult } from '../api/operation.js';

/** An HTTP response before it is sent. */
export interface HttpResponse {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Buffer;
}

/** A response with a JSON body. */
export function jsonResponse(
  status: number,
  body: unknown,
  headers: Readonly<Record<string, string>> = {},
): HttpResponse {
  const type = { 'content-type': 'application/json; charset=utf-8' };
  return { status, headers: { ...type, ...headers }, body: JSON.stringify(body) };
}

/** Body of errors from an older layer of the upstream, which does not use the envelope. */
export function restException(status: number, message: string): unknown {
  return { RestException: { Status: status, Message: message, Code: status } };
}

/** Part of the envelope that depends only on the request. */
interface EnvelopeHead {
  readonly request_id: string;
  readonly method: string;
}

/** Envelope of a success. */
export function successEnvelope(head: EnvelopeHead, outcome: OperationResult, shape: ItemShape): unknown {
  const item = (data: unknown): unknown =>
    shape.hasErrorData
      ? { code: 200, error_data: null, status: 'success', data }
      : { code: 200, status: 'success', data };
  const { data, metadata } = outcome;
  const items = Array.isArray(data) ? data.map(item) : shape.inArray ? [item(data)] : item(data);
  return { ...head, http_code: 200, ...(metadata === undefined ? {} : { metadata }), response: items };
}

/** Envelope of a refusal: the HTTP status equals the item's code, and `data` is null. */
export function failureEnvelope(head: EnvelopeHead, failure: ApiFailure, shape: ItemShape): unknown {
  const item = failedItem(failure);
  return { ...head, http_code: failure.httpCode, response: shape.inArray ? [item] : item };
}

/** A failed item. */
export function failedItem(failure: ApiFailure): unknown {
  return { code: failure.httpCode, error_data: failure.errorData(), status: 'failure', data: null };
}
