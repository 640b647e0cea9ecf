import { type FastifyReply, type FastifyRequest } from 'fastify';
import { ApiFailure } from '../api/failure.js';
import { type ApiRequest, type Operation, type OperationContext } from '../api/operation.js';
import { hexDigits } from '../hash.js';
import {
  type HttpResponse,
  failureEnvelope,
  type ItemShape,
  jsonResponse,
  successEnvelope,
} from './envelope.js';
import { type RateLimit } from './rate-limit.js';

/** HTTP Basic: the API key is the user, the API token the password (API document, every curl sample). */
interface Credentials {
  readonly apiKey: string;
  readonly apiToken: string;
}

/** Refuses a request whose `Authorization` is not exactly that of the credentials. */
function requireCredentials(authorization: string | undefined, credentials: Credentials): void {
  const [scheme, token] = (authorization ?? '').split(' ');
  const given = Buffer.from(token ?? '', 'base64').toString('utf8');
  const isKnown = given === `${credentials.apiKey}:${credentials.apiToken}`;
  if (scheme?.toLowerCase() !== 'basic' || !isKnown) throw ApiFailure.badCredentials();
}

/** What answering needs. */
export interface ApiContext {
  readonly upstream: OperationContext;
  readonly credentials: Credentials;
  readonly rateLimit: RateLimit;
}

/** One route of the API: what it does and how its answer looks. */
export interface Route {
  readonly operation: Operation;
  readonly shape: ItemShape;
}

/**
 * Answers one request in the upstream's order: who asks, how often, for which account, and only then what. All
 * refusals but the rate limit's come in the envelope.
 */
export function respond(
  desk: ApiContext,
  route: Route,
  request: FastifyRequest,
  index: number,
): HttpResponse {
  const head = { request_id: hexDigits(`request:${index}`, 32), method: request.method };
  let headers = {};
  try {
    requireCredentials(request.headers.authorization, desk.credentials);
    const decision = desk.rateLimit.take(desk.upstream.state.now());
    if (decision.refusal !== undefined) return decision.refusal;
    headers = decision.headers;
    requireAccount(desk, request);
    const outcome = route.operation(desk.upstream, callOf(request));
    return jsonResponse(200, successEnvelope(head, outcome, route.shape), headers);
  } catch (error) {
    if (!(error instanceof ApiFailure)) throw error;
    return jsonResponse(error.httpCode, failureEnvelope(head, error, route.shape), headers);
  }
}

/** Writes an answer as it is. */
export function send(reply: FastifyReply, answer: HttpResponse): void {
  void reply.code(answer.status).headers(answer.headers).send(answer.body);
}

/** The text of a request's body; nothing is parsed before the request has been let in. */
export function bodyText(request: FastifyRequest): string {
  return typeof request.body === 'string' ? request.body : '';
}

/** The query of a request. */
export function queryOf(request: FastifyRequest): URLSearchParams {
  return new URLSearchParams(request.url.split('?').slice(1).join('?'));
}

function requireAccount(desk: ApiContext, request: FastifyRequest): void {
  const { account } = pathParameters(request);
  // A path without an account is no route at all, and gets the 404 of its operation.
  if (account === undefined || account === desk.upstream.state.accountSid) return;
  throw ApiFailure.notAllowed(`These credentials are not of account ${account}`);
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
