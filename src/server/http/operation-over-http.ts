import { type IncomingHttpHeaders } from 'node:http';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { attempt, type GatewayError } from '../../domain/errors.js';
import {
  type OperationParameters,
  type OperationRequest,
  parametersIn,
  parametersInSearch,
} from '../../operations/operation-request.js';
import { type OperationResult } from '../../operations/operation-result.js';
import { errorType, varyBy } from './negotiation.js';

/**
 * The parameters of an HTTP request: from the query string of a GET, else from the body.
 * @returns the error `BAD_REQUEST` for invalid parameters.
 */
export function readParameters({ method, url, body }: FastifyRequest): OperationParameters | GatewayError {
  if (method !== 'GET') return attempt(() => parametersIn(body));
  const start = url.indexOf('?');
  return attempt(() => parametersInSearch(start < 0 ? '' : url.slice(start)));
}

/** Converts an HTTP request for the pipeline. */
export function operationRequestOf(
  { method, headers, caller }: FastifyRequest,
  parameters: OperationParameters,
  { trace, eventTransport }: Pick<OperationRequest, 'trace' | 'eventTransport'>,
): OperationRequest {
  return {
    parameters,
    caller,
    trace,
    reachedAt: reachedAt(headers),
    eventTransport,
    isReadOnly: method === 'GET',
    fresh: wantsFresh(headers),
    wantsReport: headers['x-upstream-report'] === '1',
  };
}

/** Scheme and host that the client has used. Behind a proxy with TLS, only the `Origin` of the gateway's own page shows `https`. */
export function reachedAt({ host, origin }: IncomingHttpHeaders): string | undefined {
  if (host === undefined) return undefined;
  return origin === `https://${host}` ? origin : `http://${host}`;
}

/** True for `Cache-Control: no-cache`: everything is to be read from the upstream. */
export function wantsFresh({ 'cache-control': cacheControl }: IncomingHttpHeaders): boolean {
  if (cacheControl === undefined) return false;
  return cacheControl.split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache');
}

/**
 * Sets status and headers of a response.
 * @param contentType undefined: nothing was negotiated, and the result is a refusal.
 * @returns its body.
 */
export function writeResult(
  reply: FastifyReply,
  { status, headers, body }: OperationResult,
  contentType?: string,
): string {
  if (contentType === undefined) varyBy(reply, 'accept');
  reply
    .code(status)
    .headers(headers)
    .header('content-type', contentType ?? errorType(reply.request.headers));
  return JSON.stringify(body);
}
