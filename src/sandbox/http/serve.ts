import { type FastifyReply, type FastifyRequest, type RouteHandlerMethod } from 'fastify';
import { type CallLog, loggedBody, type RecordedCall } from './call-log.js';
import { answerTo, bodyText, type Desk, queryOf, type Route, send } from './exchange.js';
import { type Answer, jsonAnswer, restException } from './answer.js';
import { breakConnection, delay, encoded, type Fault, type FaultPlan, faultyAnswer } from './faults.js';

/** What every request passes through besides its own route. */
export interface Front {
  readonly desk: Desk;
  readonly log: CallLog;
  readonly faults: FaultPlan | undefined;
  /** Aborted when the sandbox closes, so that no delayed answer outlives it. */
  readonly closing: AbortSignal;
}

const NOTHING_PROCESSED = jsonAnswer(503, restException(503, 'Not processed: a fault of the sandbox'));

/** The handler of a route: logs the call, lets the plan of faults have its way, and answers. */
export function serve(front: Front, route: Route): RouteHandlerMethod {
  return async (request, reply) => {
    const { call, index } = front.log.record(recordOf(front, request));
    const { method, path, query } = call;
    const fault = front.faults?.({ method, path, query, index });
    const process = (): Answer => answerTo(front.desk, route, request, index);
    const isDelay = fault?.kind === 'delay';
    if (isDelay && fault.when !== 'after') await delay(fault, front.closing);
    const isProcessed = fault === undefined || isDelay || fault.kind === 'encode' || fault.when === 'after';
    const answer = isProcessed ? process() : NOTHING_PROCESSED;
    if (isDelay && fault.when === 'after') await delay(fault, front.closing);
    if (fault === undefined || isDelay) deliver(reply, call, answer);
    else if (fault.kind === 'encode') deliver(reply, call, encoded(answer, fault));
    else goWrong(fault, request, reply, call, answer);
    return reply;
  };
}

function goWrong(
  fault: Fault,
  request: FastifyRequest,
  reply: FastifyReply,
  call: RecordedCall,
  answer: Answer,
): void {
  const replacement = faultyAnswer(fault, request.method);
  if (replacement !== undefined) {
    deliver(reply, call, replacement);
    return;
  }
  if (fault.kind === 'truncate') call.status = answer.status;
  breakConnection(fault, request, reply, answer);
}

function deliver(reply: FastifyReply, call: RecordedCall, answer: Answer): void {
  call.status = answer.status;
  // Its clock is the sandbox's, which a test may set.
  send(reply, { ...answer, headers: { date: new Date(call.at).toUTCString(), ...answer.headers } });
}

function recordOf(front: Front, request: FastifyRequest): RecordedCall {
  return {
    method: request.method,
    path: request.url.split('?', 1)[0] ?? '',
    query: Object.fromEntries(queryOf(request)),
    at: front.desk.upstream.state.now(),
    status: 0,
    body: loggedBody(bodyText(request)),
  };
}
