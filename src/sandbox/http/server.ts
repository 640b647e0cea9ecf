import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteHandlerMethod,
} from 'fastify';
import { type Route } from '../api/operation.js';
import { ROUTES, UNKNOWN_ROUTE } from '../api/operations.js';
import { type OrderedFaults } from '../faults/ordered-faults.js';
import { type HttpResponse, jsonResponse, restException } from './envelope.js';
import { respond, bodyText, type ApiContext, queryOf, send } from './exchange.js';
import { breakConnection, delay, encoded, type Fault, type FaultPlan, faultResponse } from './faults.js';

/** A request that the sandbox has received. */
export interface RecordedCall {
  readonly method: string;
  /** Path without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** Time of arrival by the sandbox's clock, in epoch milliseconds. */
  readonly at: number;
  /** HTTP status of the response; 0 before it, and after a reset or a hang. */
  status: number;
  /** JSON of the body, or its text if it is not JSON; undefined without a body. */
  readonly body: unknown;
}

const MAXIMUM_CALLS = 10_000;

/** The newest calls, in order of arrival. */
export class CallLog {
  readonly calls: RecordedCall[] = [];
  #received = 0;

  /** Records a call; `index` counts all calls from 0. */
  record(call: RecordedCall): { call: RecordedCall; index: number } {
    this.calls.push(call);
    if (this.calls.length > MAXIMUM_CALLS) this.calls.shift();
    this.#received += 1;
    return { call, index: this.#received - 1 };
  }
}

/** Body of a request, for the log. */
function loggedBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** Log, faults and API that all routes share. */
interface ServerContext {
  readonly api: ApiContext;
  readonly log: CallLog;
  readonly faults: FaultPlan | undefined;
  /** Faults that values of requests and campaigns order. */
  readonly ordered: OrderedFaults;
  /** Aborted when the sandbox closes; ends delayed responses. */
  readonly closing: AbortSignal;
}

const NOTHING_PROCESSED = jsonResponse(503, restException(503, 'Not processed: a fault of the sandbox'));

/** Handler of a route: logs the call, applies a planned fault, and responds. */
function handlerOf(context: ServerContext, route: Route): RouteHandlerMethod {
  return async (request, reply) => {
    const { call, index } = context.log.record(recordOf(context, request));
    const { method, path, query } = call;
    const planned = context.faults?.({ method, path, query, index });
    const ordered = planned
      ? undefined
      : context.ordered.take({ method, id: idOf(request), body: call.body });
    const fault = planned ?? ordered?.fault;
    const process = (): HttpResponse => respond(context.api, route, request, index);
    const isDelay = fault?.kind === 'delay';
    if (isDelay && fault.when !== 'after') await delay(fault, context.closing);
    const isProcessed = fault === undefined || isDelay || fault.kind === 'encode' || fault.when === 'after';
    const answer = isProcessed ? process() : NOTHING_PROCESSED;
    if (ordered?.name === 'lost-done') hide(context, idOf(request) ?? sidIn(answer));
    if (isDelay && fault.when === 'after') await delay(fault, context.closing);
    if (fault === undefined || isDelay) deliver(reply, call, answer);
    else if (fault.kind === 'encode') deliver(reply, call, encoded(answer, fault));
    else applyFault(fault, request, reply, call, answer);
    return reply;
  };
}

function idOf(request: FastifyRequest): string | undefined {
  return (request.params as { readonly id?: string }).id;
}

/** Sid of the campaign in the response to a create; undefined for a refusal. */
function sidIn({ body }: HttpResponse): string | undefined {
  const { response } = JSON.parse(body.toString()) as { response?: { data?: { sid?: string } | null }[] };
  return response?.[0]?.data?.sid;
}

function hide(context: ServerContext, sid: string | undefined): void {
  if (sid !== undefined) context.ordered.hide(sid);
}

function applyFault(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  call: RecordedCall,
  answer: HttpResponse,
): void {
  const replacement = faultResponse(fault, request.method);
  if (replacement !== undefined) {
    deliver(reply, call, replacement);
    return;
  }
  if (fault.kind === 'truncate') call.status = answer.status;
  breakConnection(fault, request, reply, answer);
}

function deliver(reply: FastifyReply, call: RecordedCall, answer: HttpResponse): void {
  call.status = answer.status;
  // The Date header follows the sandbox's clock, which a test may set.
  send(reply, { ...answer, headers: { date: new Date(call.at).toUTCString(), ...answer.headers } });
}

function recordOf(context: ServerContext, request: FastifyRequest): RecordedCall {
  return {
    method: request.method,
    path: request.url.split('?', 1)[0] ?? '',
    query: Object.fromEntries(queryOf(request)),
    at: context.api.upstream.state.now(),
    status: 0,
    body: loggedBody(bodyText(request)),
  };
}

const CAMPAIGNS = '/v2/accounts/:account/message-campaigns';

/** Adds the routes of the API to a server; all other requests get 404 with code 1000. */
export function addRoutes(app: FastifyInstance, context: ServerContext): void {
  for (const { method, path, ...route } of ROUTES)
    app.route({ method, url: `${CAMPAIGNS}${path}`, handler: handlerOf(context, route) });
  app.setNotFoundHandler(handlerOf(context, UNKNOWN_ROUTE));
}
