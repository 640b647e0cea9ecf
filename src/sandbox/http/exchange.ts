import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiFailure } from '../api/failure.js';
import { type ApiRequest, type OperationContext, type Route } from '../api/operation.js';
import { hexDigits } from '../hash.js';
import { type HttpResponse, failureEnvelope, jsonResponse, successEnvelope } from './envelope.js';
import { type RateLimit } from './rate-limit.js';

/** Credentials for HTTP Basic: the API key is the user, the API token the password (API document, curl samples). */
interface Credentials {
  readonly apiKey: string;
  readonly apiToken: string;
}

/** @throws ApiFailure 401 unless `Authorization` has exactly these credentials. */
function requireCredentials(authorization: string | undefined, credentials: Credentials): void {
  const [scheme, token] = (authorization ?? '').split(' ');
  const given = Buffer.from(token ?? '', 'base64').toString('utf8');
  const isKnown = given === `${credentials.apiKey}:${credentials.apiToken}`;
  if (scheme?.toLowerCase() !== 'basic' || !isKnown) throw ApiFailure.badCredentials();
}

/** State and settings for all requests. */
export interface ApiContext {
  readonly upstream: OperationContext;
  readonly credentials: Credentials;
  readonly rateLimit: RateLimit;
}

/**
 * Responds to a request, with the checks in the upstream's order: credentials, rate limit, account, operation. All refusals
 * except that of the rate limit have the envelope.
 */
export function respond(
  context: ApiContext,
  route: Route,
  request: FastifyRequest,
  index: number,
): HttpResponse {
  const head = { request_id: hexDigits(`request:${index}`, 32), method: request.method };
  let headers = {};
  try {
    requireCredentials(request.headers.authorization, context.credentials);
    const decision = context.rateLimit.take(context.upstream.state.now());
    if (decision.refusal !== undefined) return decision.refusal;
    headers = decision.headers;
    requireAccount(context, request);
    const outcome = route.operation(context.upstream, callOf(request));
    return jsonResponse(200, successEnvelope(head, outcome, route.shape), headers);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return jsonResponse(error.httpCode, failureEnvelope(head, error, route.shape), headers);
  }
}

/** Sends a response. */
export function send(reply: FastifyReply, response: HttpResponse): void {
  void reply.code(response.status).headers(response.headers).send(response.body);
}

/** Text of a request body; it is parsed only after authentication. */
export function bodyText(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

/** Query parameters of a request. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(request.url.split('?').slice(1).join('?'));
}

function requireAccount(context: ApiContext, request: FastifyRequest): void {
  const { account } = pathParameters(request);
  // A path without an account matches no route and gets a 404.
  if (account === undefined || account === context.upstream.state.accountSid) return;
  throw ApiFailure.notAllowed(`These credentials do not belong to account ${account}`);
}

function callOf(request: FastifyRequest): ApiRequest {
  return {
    method: request.method,
    query: queryOf(request),
    contentType: request.headers['content-type'] ?? '',
    rawBody: bodyText(request),
    id: pathParameters(request).id ?? '',
  };
}

function pathParameters(request: FastifyRequest): { account?: string; id?: string } {
  return request.params as { account?: string; id?: string };
}
