import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type ReadReport } from '../../datasources/reading/read-report.js';
import { type RequestContext } from '../../resolvers/context.js';

/** Told of a query that was answered whole, without an error: what was read for it, and its name. */
export type OnAnswered = (report: ReadReport, operationName: string | undefined) => void;

/** Tells of the queries that Apollo Server answers whole; it is to come after all plugins that change an answer. */
export function wholeAnswers(onAnswered: OnAnswered): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ operation, contextValue: { report }, response: { body }, request }) => {
          const isQuery = operation?.operation === OperationTypeNode.QUERY;
          const isWhole = body.kind === 'single' && !body.singleResult.errors?.length;
          const isForRouter = request.extensions?.['subscription'] != null; // counted as another transport's
          if (isQuery && isWhole && !isForRouter) onAnswered(report, operation.name?.value);
          return Promise.resolve();
        },
      }),
  };
}
