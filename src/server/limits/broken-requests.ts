import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { rawError } from '../connections/raw-error.js';
import { refuse } from '../http/refuse.js';

/** What Node's parser gives up for; all else is 400. */
const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to come in.'],
  HPE_HEADER_OVERFLOW: [431, "The request's address and headers are too long."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The extensions of the request's chunks are too long."],
};
const unreadable = [400, 'The request could not be read.'] as const;
const code = 'BAD_REQUEST';

/**
 * Answers who sends what is no HTTP, breaks off in the middle or is late, and ends the connection: nobody can tell where
 * on it the next request would begin. No route is asked, so the answer is written here.
 * @param onRefused told the code of every such answer.
 */
export function answerClientErrors(onRefused: (code: string) => void) {
  return ({ code: reason = '' }: { readonly code?: string }, socket: Socket): void => {
    if (reason === 'ECONNRESET' || socket.destroyed) return;
    const answer = answerUnderWay(socket);
    if (answer && !answer.headersSent && answer.req.complete) {
      endAfter(answer, socket);
      return;
    }
    const [status, message] = refusals[reason] ?? unreadable;
    if (socket.writable && !answer?.headersSent) {
      socket.write(rawError(status, message, code));
      onRefused(code);
    }
    socket.destroy();
  };
}

/** Where Node itself looks for it before it answers what is broken; there is no other place. */
function answerUnderWay(socket: Socket): ServerResponse | undefined {
  return (socket as { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** What is sent behind a whole request must not be taken for its answer: a write may be done that looks refused then. */
function endAfter(answer: ServerResponse, socket: Socket): void {
  socket.pause(); // more of it would come here again
  answer.once('close', () => {
    socket.destroySoon();
  });
}

/** The only expectation that HTTP defines (RFC 9110, 10.1.1); Node answers it with `100 Continue`. */
const continueExpectation = /(?:^|\W)100-continue(?:$|\W)/i;

/**
 * The problem of a request's head that Node itself would answer with an empty response.
 * @returns undefined for a complete head.
 */
export function headProblem({
  headers: { host, expect },
  httpVersion,
}: IncomingMessage): readonly [status: number, message: string] | undefined {
  if (host !== undefined && expect === undefined) return undefined;
  if (httpVersion === '1.0') return undefined; // needs no host, and its expectations are ignored
  if (host === undefined) return [400, 'The request needs a Host header (RFC 9112, 3.2).'];
  return expect === undefined || continueExpectation.test(expect)
    ? undefined
    : [417, 'The request expects something other than 100-continue.'];
}

/** Refuses incomplete heads on every route; to be called before any other hook could act. */
export function refuseIncompleteHeads(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const problem = headProblem(request.raw);
    if (problem) refuse(reply, ...problem, code);
    else done();
  });
}
