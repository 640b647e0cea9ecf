import { HeaderMap, type HTTPGraphQLRequest, type HTTPGraphQLResponse } from '@apollo/server';
import { type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type RequestContext } from '../../resolvers/context.js';
import { type CostCheck } from '../../resolvers/cost/checked-cost.js';
import { cacheControlOf } from '../cache-header.js';
import { hasData } from '../observe/operation-plugin.js';
import { type Operations } from '../observe/operations.js';
import { type CompiledQueries } from './compiled-queries.js';
import { plainRequestOf } from './plain-request.js';

/** What answering plain queries needs. */
export interface PlainQueriesOptions {
  readonly schema: GraphQLSchema;
  readonly queries: CompiledQueries;
  readonly cost: CostCheck;
  readonly operations: Operations;
  /** Whether answers depend on who asks. */
  readonly isPrivate: boolean;
}

/** Clients say a few different things. */
const maximumAccepts = 100;
const longestAccept = 200;

/**
 * Queries that Apollo Server has answered before, answered without its pipeline: read, validated and compiled they are,
 * and what is left is to run them. Whatever is not plain, or goes wrong, is Apollo Server's to answer.
 */
export class PlainQueries {
  readonly #options: PlainQueriesOptions;
  /** What Apollo Server made of what clients accept. */
  readonly #contentTypes = new LRUCache<string, string>({ max: maximumAccepts });

  constructor(options: PlainQueriesOptions) {
    this.#options = options;
  }

  /** @returns undefined where Apollo Server has to answer, of what was read for the request already. */
  async answer(
    request: HTTPGraphQLRequest,
    context: RequestContext,
  ): Promise<HTTPGraphQLResponse | undefined> {
    const { schema, queries, cost, operations, isPrivate } = this.#options;
    const plain = plainRequestOf(request);
    if (!plain) return undefined;
    const contentType = this.#contentTypes.get(plain.accept);
    const query = queries.named(plain.text, plain.operationName);
    if (contentType === undefined || !query) return undefined;
    const { document, operation, run } = query;
    if (cost.problem({ schema, document, operation, variables: plain.variables })) return undefined;
    const running = operations.begin('http', context.report);
    running.is(operation);
    const result = await run(plain.variables, context);
    if (!result) return undefined;
    running.end({ codes: [], hasData: hasData(result.data), calls: context.report.calls });
    const cacheControl = cacheControlOf(context.report, isPrivate);
    const headers = new HeaderMap([['content-type', contentType]]);
    if (cacheControl !== undefined) headers.set('cache-control', cacheControl);
    return { headers, body: { kind: 'complete', string: `${JSON.stringify({ data: result.data })}\n` } };
  }

  /** Takes note of how Apollo Server answers clients that accept the same. */
  learn({ headers }: HTTPGraphQLRequest, answer: HTTPGraphQLResponse): void {
    const accept = headers.get('accept') ?? '';
    const contentType = answer.headers.get('content-type');
    const isUsual = (answer.status ?? 200) === 200 && answer.body.kind === 'complete';
    if (
      isUsual &&
      contentType !== undefined &&
      accept.length <= longestAccept &&
      !this.#contentTypes.has(accept)
    )
      this.#contentTypes.set(accept, contentType);
  }
}
