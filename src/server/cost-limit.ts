import { type ApolloServerPlugin } from '@apollo/server';
import { type RequestContext } from '../resolvers/context.js';
import { type CostLimit, costProblem } from '../resolvers/cost/checked-cost.js';

/** Refuses, before any call is made, an operation whose worst case in upstream calls is over the limit. */
export function costLimit(limit: CostLimit): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation, request }) => {
          const variables = request.variables ?? {};
          const problem = operation && costProblem({ schema, document, operation, variables }, limit);
          return problem ? Promise.reject(problem) : Promise.resolve();
        },
      }),
  };
}
