import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { errorBody } from '../http/refuse.js';
import { securityHeaders } from '../http/response/response-headers.js';

/**
 * The text of an HTTP response for a socket that no route serves: an error in the shape of a GraphQL error.
 * @param headers besides those of every response.
 */
export function rawError(
  status: number,
  message: string,
  code: string,
  headers: Readonly<Record<string, string>> = {},
): string {
  const retryAfter = headers['retry-after'];
  const details = retryAfter === undefined ? {} : { retryAfter: Number(retryAfter) };
  const body = JSON.stringify(errorBody(message, code, details));
  const all = {
    ...securityHeaders,
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(body),
    connection: 'close',
    ...headers,
  };
  const lines = Object.entries(all).map(([name, value]) => `${name}: ${value}\r\n`);
  return `HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}\r\n${lines.join('')}\r\n${body}`;
}

/** The arguments of `rawError`. */
export type RawError = Parameters<typeof rawError>;

/** Writes an error to a socket that no route serves, and destroys the socket. Node would leave it half open. */
export function endWith(socket: Socket, ...error: RawError): void {
  if (socket.writable) socket.write(rawError(...error));
  socket.destroySoon();
}
