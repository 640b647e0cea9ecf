import { type ApolloServerPlugin } from '@apollo/server';
import { type GraphQLFormattedError } from 'graphql';
import { type RequestContext } from '../../resolvers/context.js';
import { type Operations } from './operations.js';
import { metOn } from './trail.js';

/** Notes every operation of Apollo's endpoint. It wraps no field: what it costs is per operation. */
export function observeOperations(operations: Operations): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: ({ request, contextValue }) => {
      const isForRouter = request.extensions?.['subscription'] != null;
      const running = operations.beginOnce(isForRouter ? 'callback' : 'http', contextValue.report);
      return Promise.resolve({
        didResolveOperation: ({ operation }) => {
          if (operation) running.is(operation);
          return Promise.resolve();
        },
        // Errors are formatted by who is not told for whom.
        didEncounterErrors: ({ errors, contextValue: { report } }) => {
          for (const error of errors) metOn(report.trail, error);
          return Promise.resolve();
        },
        willSendResponse: ({ response: { body }, contextValue: { report } }) => {
          const { errors, data } = body.kind === 'single' ? body.singleResult : body.initialResult;
          running.end({ codes: codesOf(errors), hasData: hasData(data), calls: report.calls });
          return Promise.resolve();
        },
      });
    },
    unexpectedErrorProcessingRequest: ({ requestContext: { contextValue }, error }) => {
      operations.broke(contextValue.report.trail, error);
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
