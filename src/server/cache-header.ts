import { type ApolloServerPlugin } from '@apollo/server';
import { OperationTypeNode } from 'graphql';
import { type ReadReport } from '../datasources/reading/read-report.js';
import { type RequestContext } from '../resolvers/context.js';

/** A router, CDN or browser may keep an answer as long as it is as good as new here, and not a moment longer. */
const secondMs = 1000;

const notKept = 'no-store';

/** The header of an answer to a query, without an error; undefined where it depends on nothing that was read. */
export function cacheControlOf(
  { freshForMs, hasMessages }: Pick<ReadReport, 'freshForMs' | 'hasMessages'>,
  isPrivate: boolean,
): string | undefined {
  const seconds = Math.floor(freshForMs / secondMs);
  if (hasMessages || seconds < 1) return notKept;
  return freshForMs === Infinity ? undefined : `max-age=${seconds}, ${isPrivate ? 'private' : 'public'}`;
}

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
          const isAnswer = operation?.operation === OperationTypeNode.QUERY && !errors?.length;
          const value = isAnswer ? cacheControlOf(report, isPrivate) : notKept;
          if (value !== undefined) response.http.headers.set('cache-control', value);
          return Promise.resolve();
        },
      }),
  };
}
