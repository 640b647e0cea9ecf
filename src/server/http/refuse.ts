import { STATUS_CODES } from 'node:http';
import { type Socket } from 'node:net';
import { type FastifyReply } from 'fastify';
import { type GatewayError } from '../../domain/errors.js';
import { errorType, varyBy } from './negotiation.js';
import { securityHeaders } from './response/response-headers.js';

type Details = Readonly<Record<string, unknown>>;

/** The body of a refusal, in the shape of a GraphQL error. */
function errorBody(message: string, code: string, details: Details): string {
  return JSON.stringify({ errors: [{ message, extensions: { code, ...details } }] });
}

/**
 * Answers a request that is not an operation or is refused before it becomes one, and stores the code for the metrics.
 * @param details further `extensions`.
 */
export function refuse(
  reply: FastifyReply,
  statusCode: number,
  message: string,
  code: string,
  details: Details = {},
): FastifyReply {
  reply.request.refusedWith = code;
  varyBy(reply, 'accept');
  reply.code(statusCode).header('content-type', errorType(reply.request.headers));
  return reply.send(errorBody(message, code, details));
}

/** Answers with an error, and with the `Retry-After` that it names. */
export function refuseWith(
  reply: FastifyReply,
  statusCode: number,
  { message, code, details }: GatewayError,
): FastifyReply {
  const { retryAfter } = details;
  if (typeof retryAfter === 'number') reply.header('retry-after', String(retryAfter));
  return refuse(reply, statusCode, message, code, details);
}

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
  const body = errorBody(message, code, details);
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
