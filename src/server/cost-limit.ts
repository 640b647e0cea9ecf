import { type ApolloServerPlugin } from '@apollo/server';
import { type FragmentDefinitionNode, getVariableValues, GraphQLError, Kind } from 'graphql';
import { GatewayError } from '../domain/errors.js';
import { type RequestContext } from '../resolvers/context.js';
import { operationCost } from '../resolvers/cost/operation-cost.js';

/** How many rows one upstream call gives, for each kind of list; learned while the process runs. */
export interface WindowRows {
  readonly campaigns: { readonly rows: number };
  readonly messages: { readonly rows: number };
}

/** Refuses, before any call is made, an operation whose worst case in upstream calls is over the limit. */
export function costLimit(limit: number, maximum: WindowRows): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        didResolveOperation: ({ schema, document, operation, request }) => {
          const { coerced } = getVariableValues(
            schema,
            operation?.variableDefinitions ?? [],
            request.variables ?? {},
          );
          if (!coerced || !operation) return Promise.resolve(); // execution refuses them
          const estimate = operationCost(operation, {
            schema,
            fragments: Object.fromEntries(
              document.definitions
                .filter((node): node is FragmentDefinitionNode => node.kind === Kind.FRAGMENT_DEFINITION)
                .map((fragment) => [fragment.name.value, fragment]),
            ),
            variableValues: coerced,
            windowRows: { campaigns: maximum.campaigns.rows, messages: maximum.messages.rows },
          });
          return estimate > limit ? Promise.reject(tooExpensive(estimate, limit)) : Promise.resolve();
        },
      }),
  };
}

function tooExpensive(estimate: number, limit: number): GraphQLError {
  const message =
    `The operation may need ${estimate} upstream calls; at most ${limit} are allowed. ` +
    'Ask for smaller pages, or for fewer messages within a list of campaigns.';
  return new GraphQLError(message, {
    originalError: new GatewayError('QUERY_TOO_EXPENSIVE', message, { estimate, limit }),
    extensions: { http: { status: 400 } },
  });
}
