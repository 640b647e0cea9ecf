import { type ApolloServerPlugin } from '@apollo/server';
import { type RequestContext } from '../resolvers/context.js';
import { type CostCheck } from '../resolvers/cost/checked-cost.js';

/** Refuses, before any call is made, an operation whose worst case in upstream calls is over the limit. */
export function costLimit(cost: CostCheck): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation, request }) => {
          const variables = request.variables ?? {};
          const problem = operation && cost.problem({ schema, document, operation, variables });
          return problem ? Promise.reject(problem) : Promise.resolve();
        },
      }),
  };
}
