import { type FastifyInstance, type FastifyReply } from 'fastify';

/** A refusal without a GraphQL answer, in the shape of GraphQL's own errors. */
export function errorBody(message: string, code: string, details: Readonly<Record<string, unknown>> = {}) {
  return { errors: [{ message, extensions: { code, ...details } }] };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** The code of the error that it was answered with before it was an operation; counted when the answer is out. */
    refusedWith: string | undefined;
  }
}

/** Gives every request its `refusedWith`. */
export function decorateWithRefusal(app: FastifyInstance): void {
  app.decorateRequest('refusedWith');
}

/** Answers a request that is no operation, or does not get to be one, and notes why. */
export function refuse(reply: FastifyReply, statusCode: number, message: string, code: string): FastifyReply {
  reply.request.refusedWith = code;
  return reply.code(statusCode).send(errorBody(message, code));
}
