import { type ExecutionResult, GraphQLError } from 'graphql';
import { type ResultBody, type ResultStream } from './operation-result.js';

/**
 * The events of a subscription as results. An error of the source is the last result, since a transport would break its
 * connection over a rejection.
 */
export function formatEvents(
  events: AsyncGenerator<ExecutionResult, void, void>,
  format: (result: ExecutionResult) => ResultBody,
): ResultStream {
  const map = async (next: Promise<IteratorResult<ExecutionResult, void>>) => {
    const result = await next;
    return result.done ? result : { done: false as const, value: format(result.value) };
  };
  const results: ResultStream = {
    next: () => map(events.next().catch(asLastResult)),
    return: () => map(events.return()),
    throw: (error: unknown) => map(events.throw(error)),
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

function asLastResult(error: unknown): IteratorResult<ExecutionResult, void> {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return { done: false, value: { errors: [new GraphQLError(originalError.message, { originalError })] } };
}
