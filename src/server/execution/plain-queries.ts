import { type FastifyReply, type FastifyRequest } from 'fastify';
import { type ExecutionResult, type GraphQLSchema, type OperationDefinitionNode } from 'graphql';
import { LRUCache } from 'lru-cache';
import { type ReadReport } from '../../datasources/reading/read-report.js';
import { type Caller } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { type RequestContext } from '../../resolvers/context.js';
import { type CostCheck } from '../../resolvers/cost/checked-cost.js';
import { type OnAnswered } from '../answers/whole-answers.js';
import { answerText } from '../answer-text.js';
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

/** How an answer goes out. */
interface Sending {
  readonly reply: FastifyReply;
  readonly contentType: string;
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
   * @returns the answer's text; undefined, now or later, where Apollo Server has to answer, of what was read for the
   * request already.
   * @throws GatewayError `OVERLOADED`, `OPERATION_TIMEOUT`.
   */
  answer(
    request: FastifyRequest,
    reply: FastifyReply,
    context: RequestContext,
  ): Promise<string | undefined> | undefined {
    const plain = plainRequestOf(request);
    const contentType = plain && this.#contentTypes.get(plain.accept);
    if (!plain || contentType === undefined) return undefined;
    const { sent, operationName, variables } = plain;
    const query = this.#find(sent, operationName, context.caller);
    if (!query || this.#isTooMuch(query, variables)) return undefined;
    return this.#answer(query, variables, context, { reply, contentType });
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
  async #answer(
    { operation, run }: CompiledQuery,
    variables: Readonly<Record<string, unknown>>,
    context: RequestContext,
    sending: Sending,
  ): Promise<string | undefined> {
    const { guards, operations } = this.#options;
    const { report } = context;
    let running: RunningOperation | undefined;
    const work = (): Promise<ExecutionResult | undefined> => {
      running = operations.begin('http', report.trail);
      running.is(operation);
      return run(variables, context);
    };
    let result: ExecutionResult | undefined;
    try {
      result = await guards.running.run(work, isNoMutation);
    } catch (error) {
      const code = error instanceof GatewayError ? error.code : 'INTERNAL_SERVER_ERROR';
      if (running) running.end({ codes: [code], hasData: false, calls: report.calls });
      else operations.refused(code);
      throw error;
    }
    if (result) running?.end({ codes: [], hasData: hasData(result.data), calls: report.calls });
    else if (running) operations.handOver(report, running);
    return result && this.#text(result, operation, report, sending);
  }

  #text(
    { data }: ExecutionResult,
    { name }: OperationDefinitionNode,
    report: ReadReport,
    { reply, contentType }: Sending,
  ): string {
    const { isPrivate, onAnswered } = this.#options;
    onAnswered(report, name?.value);
    const cacheControl = cacheControlOf(report, isPrivate);
    if (cacheControl !== undefined) reply.header('cache-control', cacheControl);
    reply.header('content-type', contentType);
    return answerText({ data });
  }
}

/** No mutation is compiled. */
const isNoMutation = (): boolean => false;
