import { type ExecutionResult, GraphQLError, type GraphQLFormattedError } from 'graphql';

/** An answer as it goes to the client: its errors are formatted already. */
export interface FormattedResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** A subscription's events, as they go to the client. */
export type EventStream = Required<AsyncIterableIterator<FormattedResult>>;

/** An error that ends a subscription is its last event: a transport would break the connection over it. */
function asLastEvent(error: unknown): IteratorResult<ExecutionResult, void> {
  const { message } = error as Error;
  return {
    done: false,
    value: { errors: [new GraphQLError(message, { originalError: error as Error })] },
  };
}

/** Leaves the subscription when its own consumer leaves, also while it waits for an event. */
export function formatEach(
  events: AsyncGenerator<ExecutionResult, void, void>,
  format: (result: ExecutionResult) => FormattedResult,
): EventStream {
  const map = async (next: Promise<IteratorResult<ExecutionResult, void>>) => {
    const result = await next;
    return result.done ? result : { done: false as const, value: format(result.value) };
  };
  const each: EventStream = {
    next: () => map(events.next().catch(asLastEvent)),
    return: () => map(events.return()),
    throw: (error: unknown) => map(events.throw(error)),
    [Symbol.asyncIterator]: () => each,
  };
  return each;
}
