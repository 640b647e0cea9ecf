import { type IncomingMessage, type ServerResponse } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyInstance } from 'fastify';
import { type Telemetry } from '../../domain/telemetry.js';
import { rawError, refuse } from '../http/refuse.js';

/** Status and message by error code of Node's parser; any other code is 400. */
const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to come in.'],
  HPE_HEADER_OVERFLOW: [431, "The request's address and headers are too long."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The extensions of the request's chunks are too long."],
};
const unreadable = [400, 'The request could not be read.'] as const;
const code = 'BAD_REQUEST';

/**
 * Answers requests that are not HTTP, incomplete or late, and ends the connection, because the start of its next request is
 * unknown. No route is involved, so the response is written to the socket.
 */
export function answerClientErrors(telemetry: Pick<Telemetry, 'errorSent'>) {
  return ({ code: reason = '' }: { readonly code?: string }, socket: Socket): void => {
    if (reason === 'ECONNRESET' || socket.destroyed) return;
    const answer = responseInProgress(socket);
    if (answer && !answer.headersSent && answer.req.complete) {
      endAfter(answer, socket);
      return;
    }
    const [status, message] = refusals[reason] ?? unreadable;
    if (socket.writable && !answer?.headersSent) {
      socket.write(rawError(status, message, code));
      telemetry.errorSent(code);
    }
    socket.destroy();
  };
}

/** Node has no public property for the response in progress; its own handler reads this one. */
function responseInProgress(socket: Socket): ServerResponse | undefined {
  return (socket as { readonly _httpMessage?: ServerResponse | null })._httpMessage ?? undefined;
}

/** Invalid bytes after a complete request must not replace its response: a successful write would seem refused. */
function endAfter(answer: ServerResponse, socket: Socket): void {
  socket.pause(); // more invalid bytes would call the handler again
  answer.once('close', () => {
    socket.destroySoon();
  });
}

/** Whether a request expects the only thing that HTTP defines (RFC 9110, 10.1.1), and nothing else besides. */
export function isExpectationKnown(expect: string | undefined): boolean {
  return expect?.toLowerCase() === '100-continue';
}

/** A problem of a request's head, as status and message. */
type HeadProblem = readonly [status: number, message: string];

/**
 * The most headers of a request. Browsers and proxies send some forty. Each takes over a hundred bytes while its request is
 * open, so that small headers would take ten times the bytes that were sent.
 */
export const maximumHeaders = 100;

/** The problem of a request's head that Node itself would answer with an empty response, or not see. */
export function headProblem(request: IncomingMessage): HeadProblem | undefined {
  const { headers, httpVersion, rawHeaders } = request;
  const { host, expect } = headers;
  const problem = rawHeaders.length > 2 * maximumHeaders ? tooManyHeaders : framingProblem(request);
  if (problem) return problem;
  if (httpVersion === '1.0') return undefined; // needs no host, and its expectations are ignored
  if (host === undefined) return [400, 'The request needs a Host header (RFC 9112, 3.2).'];
  return expect === undefined || isExpectationKnown(expect)
    ? undefined
    : [417, 'The request expects something other than 100-continue.'];
}

/** Node cuts a longer head off (`connections.ts`): the headers that are left must not be taken for all. */
const tooManyHeaders: HeadProblem = [431, `The request has more than ${maximumHeaders} headers.`];

/**
 * The problem of a request whose end is where Node's parser sees it, but perhaps not where a proxy did: the bytes after it may
 * be of another client (request smuggling; RFC 9112, 6.1 and 11.2).
 */
function framingProblem({ headers, httpVersion }: IncomingMessage): HeadProblem | undefined {
  const coding = headers['transfer-encoding'];
  if (coding === undefined) return undefined;
  if (httpVersion === '1.0') return [400, 'HTTP/1.0 has no Transfer-Encoding (RFC 9112, 6.1).'];
  return coding.trim().toLowerCase() === 'chunked'
    ? undefined
    : [501, 'The only Transfer-Encoding that is accepted is chunked.'];
}

/** Refuses incomplete and ambiguous heads on every route. Must run before other hooks. */
export function refuseIncompleteHeads(app: FastifyInstance): void {
  app.addHook('onRequest', (request, reply, done) => {
    const problem = headProblem(request.raw);
    if (!problem) {
      done();
      return;
    }
    const isEnd = problem === tooManyHeaders || framingProblem(request.raw) !== undefined;
    refuse(isEnd ? reply.header('connection', 'close') : reply, ...problem, code);
  });
}
