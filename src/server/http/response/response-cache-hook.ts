import { type FastifyInstance, type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify';
import { type ReadReport } from '../../../datasources/cache/read-report.js';
import { scopes } from '../../../domain/requests/caller.js';
import { type Telemetry } from '../../../domain/telemetry.js';
import { type CachePolicy, cacheControlOf } from '../../../operations/cache-headers.js';
import { type FreshResponse, type ResponseCache } from '../../../operations/response-cache.js';
import { encapsulated } from '../../encapsulated.js';
import { compressed, encodingFor } from './compression.js';
import { parseJsonBodies } from '../../limits/request-bodies.js';
import { wantsFresh } from '../operation-over-http.js';

/** Other content types may not be JSON to everyone: a form can send them. */
const jsonTypes = /^application\/json(?:; ?charset="?utf-8"?)?$/i;
/** Requests with a longer `Accept` are not cached. */
const longestAccept = 256;

/**
 * The cache key of a request: its body as sent (document, variables, operation name), the caller's scopes and `Accept`.
 * Requests that differ in a space have different keys.
 *
 * A request with the same key would be admitted again: trusted documents and limits depend on the configuration and on
 * scopes only.
 * @param body as it was sent, valid or not.
 * @returns undefined for a request that must not be answered from the cache.
 */
function responseCacheKey({ headers, method, caller }: FastifyRequest, body: Buffer): string | undefined {
  const { accept = '', 'content-type': contentType = '' } = headers;
  const isUsual = method === 'POST' && jsonTypes.test(contentType) && accept.length <= longestAccept;
  if (!isUsual || headers['x-upstream-report'] !== undefined) return undefined;
  if (headers['cache-control'] !== undefined && wantsFresh(headers)) return undefined;
  const allowed = scopes.reduce(
    (bits, scope, index) => bits | (Number(caller.scopes.has(scope)) << index),
    0,
  );
  // Headers have no line breaks, and Latin-1 maps each body to a text of its own.
  return `${allowed} ${accept}\n${body.toString('latin1')}`;
}

/** The state of a request's response in the cache. */
interface CacheLookup {
  /** Its cache key; undefined: not cached. */
  readonly key: string | undefined;
  /** The cached response, if there is one. */
  readonly found: FreshResponse | undefined;
  /** Set once a query is complete, without errors. */
  completed?: { readonly report: ReadReport; readonly operationName: string | undefined };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined without a response cache, and until the body is read. */
    cacheLookup: CacheLookup | undefined;
  }
}

/** Dependencies of a cached route. */
export interface CachedRouteOptions {
  /** Undefined: no response cache. */
  readonly cache: ResponseCache | undefined;
  readonly telemetry: Pick<Telemetry, 'operationStarted'>;
  readonly cachePolicy: CachePolicy;
}

/** Adds a route whose responses are cached. Its requests are authenticated and rate limited before the lookup. */
export async function serveCached(
  app: FastifyInstance,
  options: CachedRouteOptions,
  route: RouteOptions,
): Promise<void> {
  const { cache } = options;
  if (!cache) {
    app.route(route);
    return;
  }
  await encapsulated(app, 'response cache', (scope) => {
    scope.decorateRequest('cacheLookup');
    scope.removeContentTypeParser('application/json');
    parseJsonBodies(scope, (request, body) => {
      const key = responseCacheKey(request, body);
      const found = cache.find(key);
      request.cacheLookup = { key, found };
      return found !== undefined;
    });
    scope.route({
      ...route,
      handler: function answer(request, reply) {
        const { cacheLookup } = request;
        return cacheLookup?.found
          ? sendCached(cacheLookup, cacheLookup.found, reply, options)
          : store(route.handler.call(this, request, reply), cacheLookup, reply, cache);
      },
    });
  });
}

/** Sends a cached response; it is counted, logged and traced like any other operation. */
function sendCached(
  { key }: CacheLookup,
  { response: answer, freshForMs }: FreshResponse,
  reply: FastifyReply,
  { cache, telemetry, cachePolicy }: CachedRouteOptions,
): FastifyReply | Promise<Buffer> {
  const { operationName, hasMessages, dependsOnCaller, contentType, cacheTag, body, encoded } = answer;
  const { trace, headers } = reply.request;
  const running = telemetry.operationStarted('http', trace);
  running.is('query', operationName);
  const cacheControl = cacheControlOf({ freshForMs, hasMessages, dependsOnCaller }, cachePolicy);
  reply.header('cache-control', cacheControl).header('content-type', contentType);
  if (cacheTag !== undefined) reply.header('cache-tag', cacheTag);
  running.end({ codes: [], hasData: true, calls: 0, isFromCache: true });
  const coding = encodingFor(headers['accept-encoding'], body.length);
  const known = coding === 'identity' ? body : encoded[coding];
  if (!known) return encodedOnce(reply, body, (bytes) => cache?.addEncoded(key ?? '', answer, coding, bytes));
  if (known !== body) reply.header('content-encoding', coding);
  return reply.send(known);
}

/** Compresses a body for this client and the next ones. @returns the payload of the response. */
async function encodedOnce(reply: FastifyReply, body: Buffer, add: (bytes: Buffer) => void): Promise<Buffer> {
  const bytes = await compressed(reply, body);
  if (bytes !== body) add(bytes);
  return bytes;
}

async function store(
  making: unknown,
  cacheLookup: CacheLookup | undefined,
  reply: FastifyReply,
  cache: ResponseCache,
): Promise<unknown> {
  const payload = await making;
  const { key, completed } = cacheLookup ?? {};
  const entries = completed?.report.used.all;
  const contentType = reply.getHeader('content-type');
  const isAnswer = reply.statusCode === 200 && typeof payload === 'string' && typeof contentType === 'string';
  if (key === undefined || !completed || !entries || !isAnswer) return payload;
  const body = Buffer.from(payload);
  const bytes = await compressed(reply, body);
  const coding = reply.getHeader('content-encoding');
  const cacheTag = reply.getHeader('cache-tag');
  cache.store(key, {
    body,
    encoded: typeof coding === 'string' ? { [coding]: bytes } : {},
    contentType,
    operationName: completed.operationName,
    hasMessages: completed.report.hasMessages,
    dependsOnCaller: completed.report.dependsOnCaller,
    cacheTag: typeof cacheTag === 'string' ? cacheTag : undefined,
    entries,
  });
  return bytes;
}
