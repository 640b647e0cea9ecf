import { type FastifyReply } from 'fastify';
import { errorType, varyBy } from './negotiation.js';

/** The body of a refusal, in the shape of a GraphQL error. */
export function errorBody(message: string, code: string, details: Readonly<Record<string, unknown>> = {}) {
  return { errors: [{ message, extensions: { code, ...details } }] };
}

/**
 * Answers a request that is no operation or is refused before it becomes one, and stores the code for the metrics.
 * @param details further `extensions`.
 */
export function refuse(
  reply: FastifyReply,
  statusCode: number,
  message: string,
  code: string,
  details: Readonly<Record<string, unknown>> = {},
): FastifyReply {
  reply.request.refusedWith = code;
  varyBy(reply, 'accept');
  reply.code(statusCode).header('content-type', errorType(reply.request.headers));
  return reply.send(JSON.stringify(errorBody(message, code, details)));
}
