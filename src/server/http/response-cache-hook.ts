import { type FastifyInstance, type FastifyReply, type FastifyRequest, type RouteOptions } from 'fastify';
import { Kind, OperationTypeNode } from 'graphql';
import { type ReadReport } from '../../datasources/cache/read-report.js';
import { scopes } from '../../domain/caller.js';
import { cacheControlOf } from '../../operations/operation-result.js';
import { type FreshAnswer, type KeptAnswers } from '../../operations/response-cache.js';
import { type Operations } from '../../telemetry/operations.js';
import { encapsulated } from '../encapsulated.js';
import { parseJsonBodies } from '../limits/request-bodies.js';
import { wantsFresh } from './operation-over-http.js';

/** Nothing else is sure to be JSON to everybody who looks: what a form can send is not. */
const jsonTypes = /^application\/json(?:; ?charset="?utf-8"?)?$/i;
/** Longer ones are nobody's who wants an answer kept. */
const longestAccept = 256;

/**
 * What an answer is kept under: the request's own bytes (so the document, its variables and the operation's name), what
 * its caller may, and what media types they take. Requests that differ in a space are two.
 *
 * What was admitted once is admitted again: which documents and which sizes, is settled at the start and by the scopes.
 * @param body as it was sent; it need not be readable.
 * @returns undefined where the request is not to be answered with what was answered before.
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
  return `${allowed} ${accept}\n${body.toString('latin1')}`; // a header has no line break, and no two bodies look alike in latin1
}

/** What is known of a request's answer. */
interface Answering {
  /** What it would be kept under; undefined: it is not. */
  readonly key: string | undefined;
  /** What it is answered with, where that was kept. */
  readonly found: FreshAnswer | undefined;
  /** Set once a query was answered, whole and without an error. */
  made?: { readonly report: ReadReport; readonly operationName: string | undefined };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Undefined where answers are not kept, and until the body has come. */
    answering: Answering | undefined;
  }
}

/** What keeping an endpoint's answers needs. */
export interface ResponseCacheRouteOptions {
  /** Undefined: none is kept. */
  readonly answers: KeptAnswers | undefined;
  readonly operations: Operations;
  /** Whether answers depend on who asks. */
  readonly isPrivate: boolean;
}

/** Gives what was answered before in place of asking Apollo Server, and keeps what that answers. */
export class ResponseCacheRoute {
  readonly #options: ResponseCacheRouteOptions;

  constructor(options: ResponseCacheRouteOptions) {
    this.#options = options;
  }

  /** Adds a route whose answers are kept. A request has been counted and authenticated when its answer is looked for. */
  async serve(app: FastifyInstance, route: RouteOptions): Promise<void> {
    const { answers } = this.#options;
    if (!answers) app.route(route);
    else
      await encapsulated(app, 'kept answers', (scope) => {
        scope.decorateRequest('answering');
        scope.removeContentTypeParser('application/json');
        parseJsonBodies(scope, (request, body) => {
          const key = responseCacheKey(request, body);
          const found = answers.find(key);
          request.answering = { key, found };
          return found !== undefined;
        });
        scope.route({ ...route, handler: this.#handler(route.handler, answers) });
      });
  }

  #handler(make: RouteOptions['handler'], answers: KeptAnswers): RouteOptions['handler'] {
    const keeping = this.#options;
    return function answer(request, reply) {
      const { answering } = request;
      return answering?.found
        ? sendCached(answering.found, request, reply, keeping)
        : store(make.call(this, request, reply), answering, reply, answers);
    };
  }
}

/** Counts, logs and traces it like any other operation. */
function sendCached(
  { answer, freshForMs }: FreshAnswer,
  { trace }: FastifyRequest,
  reply: FastifyReply,
  keeping: ResponseCacheRouteOptions,
) {
  const { operationName, hasMessages, contentType, body } = answer;
  const running = keeping.operations.begin('http', trace);
  running.is({
    operation: OperationTypeNode.QUERY,
    name: operationName === undefined ? undefined : { kind: Kind.NAME, value: operationName },
  });
  const cacheControl = cacheControlOf({ freshForMs, hasMessages }, keeping.isPrivate);
  if (cacheControl !== undefined) reply.header('cache-control', cacheControl);
  reply.header('content-type', contentType).send(body);
  running.end({ codes: [], hasData: true, calls: 0 });
  return reply;
}

async function store(
  making: unknown,
  answering: Answering | undefined,
  reply: FastifyReply,
  answers: KeptAnswers,
): Promise<unknown> {
  const payload = await making;
  const { key, made } = answering ?? {};
  const madeOf = made?.report.used.all;
  const contentType = reply.getHeader('content-type');
  const isAnswer = reply.statusCode === 200 && typeof payload === 'string' && typeof contentType === 'string';
  if (key !== undefined && made && madeOf && isAnswer)
    answers.keep(key, {
      body: Buffer.from(payload),
      contentType,
      operationName: made.operationName,
      hasMessages: made.report.hasMessages,
      madeOf,
    });
  return payload;
}
