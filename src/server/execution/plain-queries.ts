import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ExecutionResult, type GraphQLSchema } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type Caller } from '../../domain/caller.js';
import { type RequestContext } from '../../resolvers/context.js';
import { type CostCheck } from '../../resolvers/cost/checked-cost.js';
import { type OnAnswered } from '../answers/whole-answers.js';
import { cacheControlOf } from '../cache-header.js';
import { admittedText, type Guards } from '../limits/guards.js';
import { type SentDocument } from '../limits/trusted-documents.js';
import { hasData } from '../observe/operation-plugin.js';
import { type Operations, type RunningOperation } from '../observe/operations.js';
import { type CompiledQueries, type CompiledQuery } from './compiled-queries.js';
import { plainRequestOf } from './plain-request.js';

/** What answering plain queries needs. */
export interface PlainQueriesOptions {
  readonly schema: GraphQLSchema;
  readonly queries: CompiledQueries;
  readonly cost: CostCheck;
  readonly guards: Guards;
  readonly operations: Operations;
  /** Whether answers depend on who asks. */
  readonly isPrivate: boolean;
  /** Told of every query that was answered so. */
  readonly onAnswered: OnAnswered;
}

/** Clients say a few different things. */
const maximumAccepts = 100;
const longestAccept = 200;

/**
 * Queries that Apollo Server has answered before, answered without its pipeline: read, validated and compiled they are,
 * and what is left is to run them. Whatever is not plain, or is refused, or goes wrong, is Apollo Server's to answer.
 */
export class PlainQueries {
  readonly #options: PlainQueriesOptions;
  /** What Apollo Server made of what clients accept. */
  readonly #contentTypes = new LRUCache<string, string>({ max: maximumAccepts });

  constructor(options: PlainQueriesOptions) {
    this.#options = options;
  }

  /**
   * @returns the answer's text; undefined where Apollo Server has to answer, of what was read for the request already.
   * @throws GatewayError `OVERLOADED`, `OPERATION_TIMEOUT`.
   */
  async answer(
    request: FastifyRequest,
    reply: FastifyReply,
    context: RequestContext,
  ): Promise<string | undefined> {
    const plain = plainRequestOf(request);
    const contentType = plain && this.#contentTypes.get(plain.accept);
    if (!plain || contentType === undefined) return undefined;
    const { sent, operationName, variables } = plain;
    const query = this.#find(sent, operationName, context.caller);
    if (!query || this.#isTooMuch(query, variables)) return undefined;
    const { isPrivate, onAnswered } = this.#options;
    const result = await this.#run(query, variables, context);
    if (!result) return undefined;
    onAnswered(context.report, query.operation.name?.value);
    const cacheControl = cacheControlOf(context.report, isPrivate);
    if (cacheControl !== undefined) reply.header('cache-control', cacheControl);
    reply.header('content-type', contentType);
    return `${JSON.stringify({ data: result.data })}\n`;
  }

  /** Takes note of how Apollo Server answered a client that accepts something. */
  learn({ headers: { accept = '' } }: FastifyRequest, reply: FastifyReply): void {
    const contentType = reply.getHeader('content-type');
    const isUsual = reply.statusCode === 200 && typeof contentType === 'string';
    if (isUsual && accept.length <= longestAccept && !this.#contentTypes.has(accept))
      this.#contentTypes.set(accept, contentType);
  }

  #find(sent: SentDocument, name: string | undefined, caller: Caller): CompiledQuery | undefined {
    const { guards, queries } = this.#options;
    try {
      const text = admittedText(sent, caller, guards);
      const document = text === undefined ? undefined : guards.documents.known(text);
      return document && queries.named(document, name);
    } catch {
      return undefined; // it is refused again where refusals are answered
    }
  }

  #isTooMuch({ document, operation }: CompiledQuery, variables: Readonly<Record<string, unknown>>): boolean {
    const { schema, cost } = this.#options;
    return cost.problem({ schema, document, operation, variables }) !== undefined;
  }

  /** Whoever is told that it took too long is told so once: Apollo Server does not come to say how it ended then. */
  async #run(
    { operation, run }: CompiledQuery,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
  ): Promise<ExecutionResult | undefined> {
    const { guards, operations } = this.#options;
    const { report } = context;
    let running: RunningOperation | undefined;
    const work = (): Promise<ExecutionResult | undefined> => {
      running = operations.begin('http', report.trail);
      running.is(operation);
      return run(variables, context);
    };
    try {
      const result = await guards.running.run(work, isNoMutation);
      if (result) running?.end({ codes: [], hasData: hasData(result.data), calls: report.calls });
      else if (running) operations.handOver(report, running);
      return result;
    } catch (error) {
      running?.end({ codes: ['OPERATION_TIMEOUT'], hasData: false, calls: report.calls });
      throw error;
    }
  }
}

/** No mutation is compiled. */
const isNoMutation = (): boolean => false;
