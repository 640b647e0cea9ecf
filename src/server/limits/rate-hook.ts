import { type onRequestAsyncHookHandler } from 'fastify';
import { type GraphQLFormattedError } from 'graphql';
import { asGraphQLError, httpRefusal } from './http-refusal.js';
import { type RequestRate } from './request-rate.js';

/** Counts a route's requests before their bodies are read; nothing where there is no limit. */
export function rateHooks(
  rate: RequestRate,
  formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError,
): onRequestAsyncHookHandler[] {
  if (!rate.isOn) return [];
  return [
    async (request, reply) => {
      const tooMany = await rate.take(request.caller.name);
      if (!tooMany) return;
      const error = asGraphQLError(tooMany);
      const { status, headers, body } = httpRefusal(
        formatError(error.toJSON(), error),
        request.headers.accept,
      );
      return reply.code(status).headers(headers).send(body);
    },
  ];
}
