import {
  type FastifyReply,
  type FastifyRequest,
  type onRequestAsyncHookHandler,
  type onRequestHookHandler,
} from 'fastify';
import { type Authenticator, credentialsInHeaders, allowAnonymous } from '../../../auth/credentials.js';
import { anonymous } from '../../../domain/requests/caller.js';
import { GatewayError } from '../../../domain/errors.js';
import { type CachePolicy } from '../../../operations/cache-headers.js';
import { varyBy } from '../negotiation.js';
import { refuse } from '../refuse.js';

/** An `onRequest` hook, with a callback or a promise. */
export type RequestHook = onRequestHookHandler | onRequestAsyncHookHandler;

/**
 * A route's `onRequest` hook that authenticates the caller before the body is read. A CORS preflight has no credentials and
 * passes.
 * @param scope of the caches that may store responses. With `public`, a shared cache deliberately gives one caller's response
 *   to another.
 */
export function authenticated(authenticate: Authenticator, scope: CachePolicy['scope']): RequestHook {
  if (authenticate === allowAnonymous) return allowEveryone; // saves a promise per request
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (request.method === 'OPTIONS') return undefined;
    // A browser's cache must not give one user another's response.
    if (scope === 'private') varyBy(reply, 'authorization', 'x-api-key');
    try {
      request.caller = await authenticate(credentialsInHeaders(request.headers));
      request.trace.caller = request.caller.name;
      return undefined;
    } catch (error) {
      if (error instanceof GatewayError) return refuseCaller(request, reply, error);
      throw error;
    }
  };
}

const allowEveryone: onRequestHookHandler = (request, _reply, done) => {
  if (request.method !== 'OPTIONS') {
    request.caller = anonymous;
    request.trace.caller = anonymous.name;
  }
  done();
};

function refuseCaller({ headers }: FastifyRequest, reply: FastifyReply, { code, message }: GatewayError) {
  const isOutage = code === 'AUTHENTICATION_UNAVAILABLE';
  // Invalid credentials and missing ones have different challenges (RFC 6750, 3).
  const isPresent = /^bearer\b/i.test(headers.authorization ?? '');
  if (!isOutage) reply.header('www-authenticate', isPresent ? 'Bearer error="invalid_token"' : 'Bearer');
  return refuse(reply, isOutage ? 503 : 401, message, code);
}
