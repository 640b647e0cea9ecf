import { type ApolloServerOptionsWithGateway } from '@apollo/server';
import { execute, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { type RequestContext } from '../../resolvers/context.js';
import { maxErrors } from '../limits/schema-secrecy.js';
import { type CompiledQueries } from './compiled-queries.js';

/** What Apollo Server takes instead of a schema: the schema, and what runs its operations. */
type Gateway = ApolloServerOptionsWithGateway<RequestContext>['gateway'];
type Executor = NonNullable<Awaited<ReturnType<Gateway['load']>>['executor']>;

/** The place where Apollo Server lets others execute: what is composed elsewhere, or compiled here. */
export function executing(schema: GraphQLSchema, queries: CompiledQueries): Gateway {
  return {
    onSchemaLoadOrUpdate: (take) => {
      take({ apiSchema: schema, coreSupergraphSdl: '' });
      return () => undefined;
    },
    load: () => Promise.resolve({ executor: executorOf(schema, queries) }),
    stop: () => Promise.resolve(),
  };
}

/**
 * Runs operations: compiled ones where it can, and graphql-js decides. What a compiled query has an error in is run
 * again by graphql-js: what was read is kept for the request, so that costs no call, and errors are said in one way only.
 */
function executorOf(schema: GraphQLSchema, queries: CompiledQueries): Executor {
  return async ({ document, operation, request, context }) => {
    const variables = (request.variables ?? {}) as Readonly<Record<string, unknown>>;
    // Apollo's types say that there is one; where the request names none of the document's, there is not.
    const asked = operation as OperationDefinitionNode | undefined;
    const compiled = asked && queries.of(document, asked);
    const result = await compiled?.run(variables, context);
    if (result) return result;
    return execute({
      schema,
      document,
      contextValue: context,
      variableValues: variables,
      operationName: request.operationName ?? null,
      options: { maxCoercionErrors: maxErrors },
    });
  };
}
