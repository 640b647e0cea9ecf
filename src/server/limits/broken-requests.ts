import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { errorBody } from '../error-body.js';
import { securityHeaders } from './security-headers.js';

/** What Node's parser gives up for; all else is 400. */
const refusals: Readonly<Record<string, readonly [status: number, message: string]>> = {
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to come in.'],
  HPE_HEADER_OVERFLOW: [431, "The request's address and headers are too long."],
  HPE_CHUNK_EXTENSIONS_OVERFLOW: [413, "The extensions of the request's chunks are too long."],
};
const unreadable = [400, 'The request could not be read.'] as const;

/**
 * Answers who sends what is no HTTP, breaks off in the middle or is late, and ends the connection: nobody can tell where
 * on it the next request would begin. No route is asked, so the answer is written here.
 */
export function answerBrokenRequest({ code = '' }: { readonly code?: string }, socket: Socket): void {
  if (code === 'ECONNRESET' || socket.destroyed) return;
  const [status, message] = refusals[code] ?? unreadable;
  if (socket.writable) socket.write(answerOf(status, message));
  socket.destroy();
}

function answerOf(status: number, message: string): string {
  const body = JSON.stringify(errorBody(message, 'BAD_REQUEST'));
  const headers = {
    ...securityHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}
