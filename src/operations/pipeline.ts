import {
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { type Caller } from '../domain/caller.js';
import { GatewayError } from '../domain/errors.js';
import { type RequestTrace } from '../domain/request-trace.js';
import { type RequestContext } from '../resolvers/context.js';
import { admission, type AdmissionOptions, Refusal } from './admission.js';
import { type ConcurrencyLimit } from './concurrency-limit.js';
import { type FormatErrors, graphqlError } from './error-format.js';
import { type CompiledQueries } from './execution/compiled-queries.js';
import { type OperationParameters, type OperationRequest } from './operation-request.js';
import {
  cacheControlOf,
  codesOf,
  hasData,
  notStored,
  type OperationObserver,
  type OperationResult,
  refusedWith,
  type ResultBody,
  type ResultStream,
} from './operation-result.js';
import { type PreparedOperation } from './prepared-document.js';
import { maxErrors } from './validation.js';

/**
 * The events of a subscription as results. An error of the source is the last result, since a transport would break its
 * connection over a rejection.
 */
function formatEvents(
  events: AsyncGenerator<ExecutionResult, void, void>,
  format: (result: ExecutionResult) => ResultBody,
): ResultStream {
  const map = async (next: Promise<IteratorResult<ExecutionResult, void>>) => {
    const result = await next;
    return result.done ? result : { done: false as const, value: format(result.value) };
  };
  const results: ResultStream = {
    next: () => map(events.next().catch(asLastResult)),
    return: () => map(events.return()),
    throw: (error: unknown) => map(events.throw(error)),
    [Symbol.asyncIterator]: () => results,
  };
  return results;
}

function asLastResult(error: unknown): IteratorResult<ExecutionResult, void> {
  const originalError = error instanceof Error ? error : new Error(String(error));
  return { done: false, value: { errors: [new GraphQLError(originalError.message, { originalError })] } };
}

/** What the pipeline is built of. */
export interface PipelineOptions extends AdmissionOptions {
  readonly schema: GraphQLSchema;
  readonly queries: CompiledQueries;
  readonly concurrency: ConcurrencyLimit;
  readonly createContext: (
    request: Pick<OperationRequest, 'fresh'>,
    caller: Caller,
    trace: RequestTrace,
  ) => RequestContext;
  readonly formatErrors: FormatErrors;
  readonly observer: OperationObserver;
  /** Whether results depend on the caller. */
  readonly isPrivate: boolean;
  /** The upstream calls left in this minute; null without a limit. */
  readonly budget: { readonly left: number | null };
}

/** An operation that may run. */
export interface AdmittedOperation {
  /** Without its parameters: a subscription may last for months, and its text be long. */
  readonly request: Omit<OperationRequest, 'parameters'>;
  readonly variables: OperationParameters['variables'];
  readonly operation: PreparedOperation;
  readonly context: RequestContext;
}

/**
 * The one way that operations take, whatever transport they arrive on: `admit`, then `run` or `subscribe`. Nothing here
 * throws or rejects: every outcome is an `OperationResult`, or a stream of results.
 */
export class OperationPipeline {
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Decides whether an operation may run. @returns it, ready to run, or the result of its refusal. */
  admit(request: OperationRequest): AdmittedOperation | OperationResult {
    const { parameters, ...rest } = request;
    const { caller, trace } = rest;
    try {
      const operation = admission(request, this.#options);
      if (operation instanceof Refusal) return this.#refused(trace, operation);
      const context = this.#options.createContext(rest, caller, trace);
      return { request: rest, variables: parameters.variables, operation, context };
    } catch (error) {
      return this.#refused(trace, new Refusal([asGraphQLError(error)]));
    }
  }

  /** Refuses a request that never became an operation, such as one that can't be read. */
  refuse(trace: RequestTrace, error: GatewayError): OperationResult {
    return this.#refused(trace, new Refusal([graphqlError(error)]));
  }

  /** Runs a query or a mutation. */
  async run(admitted: AdmittedOperation): Promise<OperationResult> {
    const { request, operation, context } = admitted;
    const { observer, concurrency } = this.#options;
    const observed = observer.begin(request.trace.transport, request.trace);
    observed.is(operation.definition);
    const isMutation = operation.definition.operation === OperationTypeNode.MUTATION;
    let result: OperationResult;
    try {
      result = this.#resultOf(await concurrency.run(() => this.#execute(admitted), isMutation), admitted);
    } catch (error) {
      result = refusedWith(this.#format([asGraphQLError(error)], request.trace));
    }
    const { errors, data } = result.body;
    observed.end({ codes: codesOf(errors), hasData: hasData(data), calls: context.report.calls });
    return result;
  }

  /**
   * Starts a subscription.
   * @param confirm a transport's last word, once the source is open: a rejection ends the subscription and refuses it.
   * @returns its events, or the result of its refusal.
   */
  async subscribe(
    admitted: AdmittedOperation,
    confirm?: () => Promise<void>,
  ): Promise<OperationResult | ResultStream> {
    const { request, operation, context } = admitted;
    const observed = this.#options.observer.begin(request.trace.transport, request.trace);
    observed.is(operation.definition);
    const events = await this.#events(admitted, confirm);
    const codes = 'body' in events ? codesOf(events.body.errors) : [];
    observed.end({ codes, hasData: codes.length === 0, calls: context.report.calls });
    return events;
  }

  async #events(
    admitted: AdmittedOperation,
    confirm: (() => Promise<void>) | undefined,
  ): Promise<OperationResult | ResultStream> {
    const { trace } = admitted.request;
    let source: AsyncGenerator<ExecutionResult, void, void> | undefined;
    try {
      const events = await subscribe(this.#argumentsOf(admitted));
      if (Symbol.asyncIterator in events) {
        source = events;
        await confirm?.();
        return formatEvents(events, (result) => this.#bodyOf(result, trace));
      }
      return refusedWith(this.#format(events.errors ?? [], trace));
    } catch (error) {
      void source?.return();
      return refusedWith(this.#format([asGraphQLError(error)], trace));
    }
  }

  /**
   * A compiled query where there is one, else graphql-js. A compiled query that meets an error is run again by graphql-js,
   * so that errors are reported in one way only; what was read stays with the request, so the second run costs no call.
   */
  async #execute(admitted: AdmittedOperation): Promise<ExecutionResult> {
    const { operation, variables, context } = admitted;
    const compiled = this.#options.queries.of(operation.document, operation.definition);
    const result = await compiled?.run(variables, context);
    return result ?? execute(this.#argumentsOf(admitted));
  }

  #argumentsOf({ variables, operation, context }: AdmittedOperation) {
    return {
      schema: this.#options.schema,
      document: operation.document,
      operationName: operation.definition.name?.value,
      variableValues: variables,
      contextValue: context,
      options: { maxCoercionErrors: maxErrors },
    };
  }

  #resultOf(executed: ExecutionResult, { request, operation, context }: AdmittedOperation): OperationResult {
    const { report } = context;
    if (executed.data === undefined) return refusedWith(this.#format(executed.errors ?? [], request.trace)); // it was not executed
    const body = this.#bodyOf(executed, request.trace);
    const isWhole = operation.definition.operation === OperationTypeNode.QUERY && !body.errors;
    const cacheControl =
      isWhole && !request.wantsReport ? cacheControlOf(report, this.#options.isPrivate) : notStored;
    return {
      body: request.wantsReport ? { ...body, extensions: { upstream: this.#reportOf(context) } } : body,
      status: 200,
      headers: cacheControl === undefined ? {} : { 'cache-control': cacheControl },
    };
  }

  #reportOf({ report: { calls, fromCache, shared } }: RequestContext) {
    return { calls, fromCache, shared, budgetLeft: this.#options.budget.left };
  }

  #bodyOf({ data, errors }: ExecutionResult, trace: RequestTrace): ResultBody {
    const body = {
      ...(errors && { errors: this.#format(errors, trace) }),
      ...(data !== undefined && { data }),
    };
    const problem = this.#options.cost.answerProblem(body);
    return problem ? { errors: this.#format([problem], trace), data: null } : body;
  }

  #refused(trace: RequestTrace, { errors, http }: Refusal): OperationResult {
    const observed = this.#options.observer.begin(trace.transport, trace);
    const result = refusedWith(this.#format(errors, trace), http);
    observed.end({ codes: codesOf(result.body.errors), hasData: false });
    return result;
  }

  #format(errors: readonly GraphQLError[], trace: RequestTrace): GraphQLFormattedError[] {
    return this.#options.formatErrors(errors, trace);
  }
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GatewayError) return graphqlError(error);
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) });
}
