import { type IncomingHttpHeaders } from 'node:http';
import { type FastifyReply, type FastifyRequest } from 'fastify';
import { GatewayError } from '../../domain/errors.js';
import { type RequestTrace } from '../../domain/request-trace.js';
import {
  type OperationParameters,
  type OperationRequest,
  parametersIn,
  parametersInSearch,
} from '../../operations/operation-request.js';
import { type OperationResult } from '../../operations/operation-result.js';
import { answerText } from './apollo-front.js';

const graphqlJson = 'application/graphql-response+json';

/**
 * The parameters of an HTTP request: of its query string for GET, else of its body.
 * @returns an error `BAD_REQUEST` where they can't be read.
 */
export function readParameters({ method, url, body }: FastifyRequest): OperationParameters | GatewayError {
  try {
    if (method !== 'GET') return parametersIn(body);
    const start = url.indexOf('?');
    return parametersInSearch(start < 0 ? '' : url.slice(start));
  } catch (error) {
    if (error instanceof GatewayError) return error;
    throw error;
  }
}

/** An HTTP request as the pipeline takes it. */
export function operationRequestOf(
  { method, headers, caller }: FastifyRequest,
  parameters: OperationParameters,
  { trace, canStream }: { readonly trace: RequestTrace; readonly canStream: boolean },
): OperationRequest {
  return {
    parameters,
    caller,
    trace,
    canStream,
    isReadOnly: method === 'GET',
    fresh: wantsFresh(headers),
    wantsReport: headers['x-upstream-report'] === '1',
  };
}

/** `Cache-Control: no-cache`: the client wants everything read from the upstream. */
export function wantsFresh({ 'cache-control': cacheControl }: IncomingHttpHeaders): boolean {
  if (cacheControl === undefined) return false;
  return cacheControl.split(',').some((directive) => directive.trim().toLowerCase() === 'no-cache');
}

/** Writes a result. @returns the body. */
export function writeResult(
  reply: FastifyReply,
  { status, headers, body }: OperationResult,
  contentType = refusalType(reply.request),
): string {
  reply.code(status).headers(headers).header('content-type', contentType);
  return answerText(body);
}

/** Refusals need no negotiation: every client reads one of the two. */
function refusalType({ headers: { accept } }: FastifyRequest): string {
  return `${accept?.includes(graphqlJson) === true ? graphqlJson : 'application/json'}; charset=utf-8`;
}

/** Adds names to `Vary`. */
export function varyBy(reply: FastifyReply, ...names: readonly string[]): void {
  const others = reply.getHeader('vary');
  reply.header('vary', [others, ...names].filter(Boolean).join(', '));
}
