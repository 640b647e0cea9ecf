import {
  type ApolloServer,
  HeaderMap,
  type HTTPGraphQLRequest,
  type HTTPGraphQLResponse,
} from '@apollo/server';
import { getOperationAST, type GraphQLFormattedError, OperationTypeNode } from 'graphql';
import { type RequestContext } from '../../resolvers/context.js';
import { codesOf } from '../observe/operation-plugin.js';
import { type Operations } from '../observe/operations.js';
import { admittedText, type Guards } from './guards.js';
import { httpRefusal, refusalOf } from './http-refusal.js';
import { sentOverHttp, withText } from './sent-over-http.js';
import { namesDocument } from './trusted-documents.js';

/** What HTTP handlers ask of Apollo Server. */
export type HttpExecutor = Pick<ApolloServer<RequestContext>, 'executeHTTPGraphQLRequest' | 'assertStarted'>;

/** Apollo Server behind the guards: it sees what may be run, and its answer is waited for no longer than it may take. */
export function guardedApollo(
  apollo: ApolloServer<RequestContext>,
  guards: Guards,
  operations: Operations,
  formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError,
): HttpExecutor {
  const answer = async (
    request: HTTPGraphQLRequest,
    contextValue: RequestContext,
  ): Promise<HTTPGraphQLResponse> => {
    const sent = sentOverHttp(request);
    const text = sent && admittedText(sent, contextValue.caller, guards);
    if (text !== undefined) tellOf(text, guards);
    const isAsSent = text === undefined || (text === sent?.query && !namesDocument(sent));
    const admitted = isAsSent ? request : withText(request, text);
    const work = async (): Promise<HTTPGraphQLResponse> => {
      const response = await apollo.executeHTTPGraphQLRequest({
        httpGraphQLRequest: admitted,
        context: () => Promise.resolve(contextValue),
      });
      // It was no operation at all: a body that is none, or a browser's form.
      if (!operations.hasBegun(contextValue.report))
        operations.begin('http', contextValue.report.trail).end({ codes: ['BAD_REQUEST'], hasData: false });
      return response;
    };
    return guards.running.run(
      work,
      () => text !== undefined && isMutation(text, sent?.operationName, guards),
    );
  };
  return {
    assertStarted: (expression) => {
      apollo.assertStarted(expression);
    },
    executeHTTPGraphQLRequest: async ({ httpGraphQLRequest, context }) => {
      try {
        return await answer(httpGraphQLRequest, await context());
      } catch (error) {
        const refusal = refusalOf(error);
        const formatted = formatError(refusal.toJSON(), refusal);
        for (const code of codesOf([formatted])) operations.refused(code);
        return refused(formatted, httpGraphQLRequest);
      }
    },
  };
}

function tellOf(text: string, { documents, valid }: Guards): void {
  const document = documents.known(text); // what is no GraphQL is Apollo Server's to refuse
  if (document) valid.tell(text, document);
}

function refused(formatted: GraphQLFormattedError, { headers }: HTTPGraphQLRequest): HTTPGraphQLResponse {
  const refusal = httpRefusal(formatted, headers.get('accept'));
  return {
    status: refusal.status,
    headers: new HeaderMap(Object.entries(refusal.headers)),
    body: { kind: 'complete', string: refusal.body },
  };
}

function isMutation(text: string, operationName: unknown, { documents }: Guards): boolean {
  const name = typeof operationName === 'string' ? operationName : undefined;
  return getOperationAST(documents.parse(text), name)?.operation === OperationTypeNode.MUTATION;
}
