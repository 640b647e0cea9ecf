import { type FastifyInstance, type FastifyReply } from 'fastify';

/** The body of a refusal, in the shape of a GraphQL error. */
export function errorBody(message: string, code: string, details: Readonly<Record<string, unknown>> = {}) {
  return { errors: [{ message, extensions: { code, ...details } }] };
}

declare module 'fastify' {
  interface FastifyRequest {
    /** Error code of a request that was refused before it became an operation; counted once the response is sent. */
    refusedWith: string | undefined;
  }
}

/** Adds `refusedWith` to every request. */
export function decorateWithRefusal(app: FastifyInstance): void {
  app.decorateRequest('refusedWith');
}

/** Answers a request that is no operation or is refused before it becomes one, and stores the code for the metrics. */
export function refuse(reply: FastifyReply, statusCode: number, message: string, code: string): FastifyReply {
  reply.request.refusedWith = code;
  return reply.code(statusCode).send(errorBody(message, code));
}
