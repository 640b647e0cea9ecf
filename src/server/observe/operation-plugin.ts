import { type ApolloServerPlugin } from '@apollo/server';
import { type GraphQLFormattedError } from 'graphql';
import { type RequestContext } from '../../resolvers/context.js';
import { type Operations } from './operations.js';

/** Notes every operation of Apollo's endpoint. It wraps no field: what it costs is per operation. */
export function observeOperations(operations: Operations): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ request, contextValue }) => {
      const isForRouter = request.extensions?.['subscription'] != null;
      const running = operations.begin(isForRouter ? 'callback' : 'http', contextValue.report);
      return Promise.resolve({
        didResolveOperation: ({ operation }) => {
          if (operation) running.is(operation);
          return Promise.resolve();
        },
        willSendResponse: ({ response: { body }, contextValue: { report } }) => {
          const { errors, data } = body.kind === 'single' ? body.singleResult : body.initialResult;
          running.end({ codes: codesOf(errors), hasData: hasData(data), calls: report.calls });
          return Promise.resolve();
        },
      });
    },
    // What was no operation at all: a body that is none, or a browser's form.
    invalidRequestWasReceived: () => {
      operations.begin('http').end({ codes: ['BAD_REQUEST'], hasData: false });
      return Promise.resolve();
    },
  };
}

/** Whether an answer has anything but nulls. */
export function hasData(data: unknown): boolean {
  return Object.values((data ?? {}) as Readonly<Record<string, unknown>>).some((value) => value !== null);
}

/** The codes of errors as clients see them. */
export function codesOf(errors: readonly GraphQLFormattedError[] | undefined): string[] {
  return (errors ?? []).map(({ extensions }) => {
    const code = extensions?.['code'];
    return typeof code === 'string' ? code : 'INTERNAL_SERVER_ERROR';
  });
}
