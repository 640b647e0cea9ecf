import { type ApolloServerPlugin } from '@apollo/server';
import { type RequestContext } from '../resolvers/context.js';

/** Where the number of calls that are left is known. */
export interface BudgetLeft {
  readonly left: number | null;
}

/** Answers what a request cost in `extensions.upstream`, where the request asked for it. */
export function upstreamReport(budget: BudgetLeft): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ request, response, contextValue: { report } }) => {
          if (request.http?.headers.get('x-upstream-report') === '1' && response.body.kind === 'single') {
            const { calls, fromCache, shared } = report;
            const upstream = { calls, fromCache, shared, budgetLeft: budget.left };
            const { singleResult } = response.body;
            singleResult.extensions = { ...singleResult.extensions, upstream };
          }
          return Promise.resolve();
        },
      }),
  };
}
