import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type RequestContext } from '../resolvers/context.js';

/** A router, CDN or browser may keep an answer as long as it is as good as new here, and not a moment longer. */
const secondMs = 1000;

/**
 * Says in `Cache-Control` how long an answer may be kept: by the status of the campaigns in it, and less what they have
 * aged here already. Messages are people's numbers and texts, and errors are not answers: neither is kept.
 * @param isPrivate whether answers depend on who asks.
 */
export function cacheHeader(isPrivate: boolean): ApolloServerPlugin<RequestContext> {
  return {
    requestDidStart: () =>
      Promise.resolve({
        willSendResponse: ({ operation, contextValue: { report }, response, errors }) => {
          const { headers } = response.http;
          const isQuery = operation?.operation === OperationTypeNode.QUERY;
          const isAnswer = isQuery && !errors?.length && !report.hasMessages;
          const seconds = Math.floor(report.freshForMs / secondMs);
          if (!isAnswer || seconds < 1) headers.set('cache-control', 'no-store');
          else if (report.freshForMs !== Infinity)
            headers.set('cache-control', `max-age=${seconds}, ${isPrivate ? 'private' : 'public'}`);
          return Promise.resolve();
        },
      }),
  };
}
