import { type FastifyReply } from 'fastify';

/** The body of a refusal, in the shape of a GraphQL error. */
export function errorBody(message: string, code: string, details: Readonly<Record<string, unknown>> = {}) {
  return { errors: [{ message, extensions: { code, ...details } }] };
}

/** Answers a request that is no operation or is refused before it becomes one, and stores the code for the metrics. */
export function refuse(reply: FastifyReply, statusCode: number, message: string, code: string): FastifyReply {
  reply.request.refusedWith = code;
  return reply.code(statusCode).send(errorBody(message, code));
}
