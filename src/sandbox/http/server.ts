import {
  type FastifyInstance,
  type FastifyReply,
  type FastifyRequest,
  type RouteHandlerMethod,
} from 'fastify';
import { ApiFailure } from '../api/failure.js';
import {
  createCampaign,
  getCampaign,
  listCampaigns,
  listMessages,
  updateCampaign,
} from '../api/operations.js';
import { type HttpResponse, jsonResponse, restException } from './envelope.js';
import { respond, bodyText, type ApiContext, queryOf, type Route, send } from './exchange.js';
import { breakConnection, delay, encoded, type Fault, type FaultPlan, faultResponse } from './faults.js';

/** One request the sandbox has received. */
export interface RecordedCall {
  readonly method: string;
  /** Without the query. */
  readonly path: string;
  readonly query: Readonly<Record<string, string>>;
  /** When it arrived, by the sandbox's clock. */
  readonly at: number;
  /** The HTTP status answered; 0 while there is none, and for good after a reset or a hang. */
  status: number;
  /** The request's JSON, or its text where it is none; undefined without a body. */
  readonly body: unknown;
}

const MOST_CALLS = 10_000;

/** Keeps the newest calls, in the order they arrived. */
export class CallLog {
  readonly calls: RecordedCall[] = [];
  #received = 0;

  /** Records a call; `index` counts from 0 and never stops. */
  record(call: RecordedCall): { call: RecordedCall; index: number } {
    this.calls.push(call);
    if (this.calls.length > MOST_CALLS) this.calls.shift();
    this.#received += 1;
    return { call, index: this.#received - 1 };
  }
}

/** A request's body for the log. */
function loggedBody(text: string): unknown {
  if (text === '') return undefined;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** What every request passes through besides its own route. */
interface ServerContext {
  readonly desk: ApiContext;
  readonly log: CallLog;
  readonly faults: FaultPlan | undefined;
  /** Aborted when the sandbox closes, so that no delayed answer outlives it. */
  readonly closing: AbortSignal;
}

const NOTHING_PROCESSED = jsonResponse(503, restException(503, 'Not processed: a fault of the sandbox'));

/** The handler of a route: logs the call, lets the plan of faults have its way, and answers. */
function handlerOf(front: ServerContext, route: Route): RouteHandlerMethod {
  return async (request, reply) => {
    const { call, index } = front.log.record(recordOf(front, request));
    const { method, path, query } = call;
    const fault = front.faults?.({ method, path, query, index });
    const process = (): HttpResponse => respond(front.desk, route, request, index);
    const isDelay = fault?.kind === 'delay';
    if (isDelay && fault.when !== 'after') await delay(fault, front.closing);
    const isProcessed = fault === undefined || isDelay || fault.kind === 'encode' || fault.when === 'after';
    const answer = isProcessed ? process() : NOTHING_PROCESSED;
    if (isDelay && fault.when === 'after') await delay(fault, front.closing);
    if (fault === undefined || isDelay) deliver(reply, call, answer);
    else if (fault.kind === 'encode') deliver(reply, call, encoded(answer, fault));
    else applyFault(fault, request, reply, call, answer);
    return reply;
  };
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
  // Its clock is the sandbox's, which a test may set.
  send(reply, { ...answer, headers: { date: new Date(call.at).toUTCString(), ...answer.headers } });
}

function recordOf(front: ServerContext, request: FastifyRequest): RecordedCall {
  return {
    method: request.method,
    path: request.url.split('?', 1)[0] ?? '',
    query: Object.fromEntries(queryOf(request)),
    at: front.desk.upstream.state.now(),
    status: 0,
    body: loggedBody(bodyText(request)),
  };
}

const CAMPAIGNS = '/v2/accounts/:account/message-campaigns';
const CAMPAIGN = `${CAMPAIGNS}/:id`;
const OBJECT = { inArray: false, saysNoError: false };

/** Puts the API's five routes on a server; anything else is answered 404 with code 1000. */
export function addRoutes(app: FastifyInstance, front: ServerContext): void {
  const created = { inArray: true, saysNoError: true };
  const listed = { inArray: true, saysNoError: false };
  app.post(CAMPAIGNS, handlerOf(front, { operation: createCampaign, shape: created }));
  app.get(CAMPAIGNS, handlerOf(front, { operation: listCampaigns, shape: listed }));
  app.get(CAMPAIGN, handlerOf(front, { operation: getCampaign, shape: OBJECT }));
  app.put(CAMPAIGN, handlerOf(front, { operation: updateCampaign, shape: OBJECT }));
  app.get(`${CAMPAIGN}/message-details`, handlerOf(front, { operation: listMessages, shape: created }));
  app.setNotFoundHandler(handlerOf(front, { operation: unknownRoute, shape: OBJECT }));
}

function unknownRoute(): never {
  throw ApiFailure.notFound('No such resource');
}
