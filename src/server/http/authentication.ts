import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type onRequestAsyncHookHandler,
  type onRequestHookHandler,
} from 'fastify';
import { type Authenticator, credentialsInHeaders, allowAnonymous } from '../../auth/credentials.js';
import { anonymous, type Caller, nobody } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { varyBy } from './operation-over-http.js';
import { refuse } from './refuse.js';

declare module 'fastify' {
  interface FastifyRequest {
    /** Who asks; `nobody` before, and on routes without, `authenticated`. */
    caller: Caller;
  }
}

/** Gives every request a `caller`. */
export function decorateWithCaller(app: FastifyInstance): void {
  app.decorateRequest('caller', null as never); // Fastify takes no object here that requests would share
  app.addHook('onRequest', (request, _reply, done) => {
    request.caller = nobody;
    done();
  });
}

/** A hook that calls back, or one that is waited for. */
export type RequestHook = onRequestHookHandler | onRequestAsyncHookHandler;

/**
 * A route's `onRequest` hook that lets nobody in without credentials, before anything of the body is read. Browsers show
 * none in a preflight, which asks for nothing.
 */
export function authenticated(authenticate: Authenticator): RequestHook {
  if (authenticate === allowAnonymous) return allowEveryone; // without a promise for each request
  return async (request: FastifyRequest, reply: FastifyReply): Promise<unknown> => {
    if (request.method === 'OPTIONS') return undefined;
    varyBy(reply, 'authorization', 'x-api-key'); // a shared browser must not give one user another's answer
    try {
      request.caller = await authenticate(credentialsInHeaders(request.headers));
      return undefined;
    } catch (error) {
      if (error instanceof GatewayError) return refuseCaller(request, reply, error);
      throw error;
    }
  };
}

const allowEveryone: onRequestHookHandler = (request, _reply, done) => {
  if (request.method !== 'OPTIONS') request.caller = anonymous;
  done();
};

function refuseCaller({ headers }: FastifyRequest, reply: FastifyReply, { code, message }: GatewayError) {
  const isOutage = code === 'AUTHENTICATION_UNAVAILABLE';
  // What was shown and is not good is told apart from what was not shown (RFC 6750, 3).
  const isShown = /^bearer\b/i.test(headers.authorization ?? '');
  if (!isOutage) reply.header('www-authenticate', isShown ? 'Bearer error="invalid_token"' : 'Bearer');
  reply.header('cache-control', 'no-store');
  return refuse(reply, isOutage ? 503 : 401, message, code);
}
