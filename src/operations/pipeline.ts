import {
  createSourceEventStream,
  execute,
  type ExecutionResult,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { haveCredentialsEnded, watchCredentials } from '../auth/credentials-end.js';
import { GatewayError } from '../domain/errors.js';
import { operationTrace, type RequestTrace, type Transport } from '../domain/requests/request-trace.js';
import { type ObservedOperation, type Telemetry } from '../domain/telemetry.js';
import { type RequestContext } from '../resolvers/context.js';
import { type OperationPlan } from '../resolvers/look-ahead.js';
import { type AnswerBytes } from './cost/operation-cost.js';
import { admission, type AdmissionOptions, Refusal } from './admission.js';
import { type CachePolicy, cacheControlOf, isOvertaken, noStore, tagsOf } from './cache-headers.js';
import { type FormatErrors, graphqlError } from './error-format.js';
import { type ConcurrencyLimit } from './gate/concurrency-limit.js';
import { ClientLeft, type ExecutionGate, smallAnswerBytes } from './gate/execution-gate.js';
import { type MemoryReservation } from './gate/memory-pool.js';
import { type SubscriptionMemory } from './gate/subscription-memory.js';
import { declaredVariables, type OperationParameters, type OperationRequest } from './operation-request.js';
import {
  codesOf,
  hasData,
  type OperationResult,
  refusedWith,
  type ResultBody,
  type ResultStream,
} from './operation-result.js';
import { type PreparedOperation } from './documents/prepared-document.js';
import { type EventResult, openedSource, SubscriptionEvents } from './subscription-events.js';
import { maxErrors } from './documents/validation.js';

/** Collaborators of the pipeline. */
export interface PipelineOptions extends AdmissionOptions {
  readonly schema: GraphQLSchema;
  readonly concurrency: ConcurrencyLimit;
  readonly gate: ExecutionGate;
  readonly subscriptions: SubscriptionMemory;
  readonly createContext: (
    request: Pick<OperationRequest, 'fresh' | 'caller' | 'trace'>,
    plan: OperationPlan,
  ) => RequestContext;
  readonly formatErrors: FormatErrors;
  readonly telemetry: Telemetry;
  readonly cachePolicy: CachePolicy;
  /** Upstream calls left in the current window; null without a limit. */
  readonly rateLimiter: { readonly left: number | null };
}

/** An operation that may run. */
export interface AdmittedOperation {
  /** The request. That of a subscription has no parameters, whose text would stay in memory. */
  readonly request: Omit<OperationRequest, 'parameters'>;
  readonly variables: OperationParameters['variables'];
  readonly operation: PreparedOperation;
  readonly context: RequestContext;
  /** Sizes of its response, or of an event's. */
  readonly answer: AnswerBytes;
  /** Memory of a document that was not cached, until the operation has run. */
  readonly document: MemoryReservation | undefined;
}

/**
 * The pipeline of operations from all transports: `admit`, then `run` or `subscribe`. Nothing here throws or rejects: every
 * outcome is an `OperationResult`, or a stream of results.
 */
export class OperationPipeline {
  readonly #options: PipelineOptions;

  constructor(options: PipelineOptions) {
    this.#options = options;
  }

  /** Decides whether an operation may run. @returns the operation, ready to run, or the result of its refusal. */
  async admit(request: OperationRequest): Promise<AdmittedOperation | OperationResult> {
    const { gate, documents } = this.#options;
    const { parameters, caller, trace } = request;
    const { query } = parameters;
    let document: MemoryReservation | undefined;
    try {
      if (query && !documents.has(query)) document = await gate.document(query.length, caller.name);
      else {
        const turn = gate.operation(request.writeLock !== undefined);
        if (turn) await turn;
      }
    } catch (error) {
      return this.#refused(trace, new Refusal([asGraphQLError(error)]), parameters.operationName);
    }
    const admitted = this.#admitted(request, document);
    if ('body' in admitted || isSubscription(admitted)) document?.release(); // SubscriptionMemory counts it
    return admitted;
  }

  #admitted(
    request: OperationRequest,
    document: MemoryReservation | undefined,
  ): AdmittedOperation | OperationResult {
    const { parameters, trace, eventTransport = trace.transport } = request;
    try {
      const allowed = admission(request, this.#options);
      if (allowed instanceof Refusal) return this.#refused(trace, allowed, parameters.operationName);
      const { definition, plan } = allowed.operation;
      const hasEvents = definition.operation === OperationTypeNode.SUBSCRIPTION;
      const admitted = hasEvents
        ? { ...request, parameters: undefined, trace: operationTrace(eventTransport, trace) }
        : request;
      const context = this.#options.createContext(admitted, plan);
      const variables = hasEvents
        ? declaredVariables(definition, parameters.variables)
        : parameters.variables;
      const { operation, answer } = allowed;
      return { request: admitted, variables, operation, answer, context, document };
    } catch (error) {
      return this.#refused(trace, new Refusal([asGraphQLError(error)]), parameters.operationName);
    }
  }

  /** Refuses a request that is not an operation, such as one that can't be read. */
  refuse(trace: RequestTrace, error: GatewayError): OperationResult {
    return this.#refused(trace, new Refusal([graphqlError(error)]));
  }

  /** Runs a query or a mutation. */
  async run(admitted: AdmittedOperation): Promise<OperationResult> {
    const { request, operation, context, document } = admitted;
    const { concurrency } = this.#options;
    const observed = this.#begin(admitted);
    const isMutation = operation.definition.operation === OperationTypeNode.MUTATION;
    let result: OperationResult;
    let hasLeft = false;
    try {
      result = await concurrency.run((isOver) => this.#runWithin(admitted, isOver), isMutation);
    } catch (error) {
      hasLeft = error instanceof ClientLeft;
      result = refusedWith(this.#format([asGraphQLError(error)], request.trace));
    } finally {
      document?.release();
    }
    const { errors, data } = result.body;
    const { calls, isFromCache } = context.report;
    const codes = hasLeft ? [] : codesOf(errors);
    observed.end({ codes, hasData: hasData(data), hasLeft, calls, isFromCache });
    return result;
  }

  /**
   * Starts a subscription.
   * @param confirm is called when the source is open; if it rejects, the subscription is refused and ends.
   * @returns the events, or the result of the refusal.
   */
  async subscribe(
    admitted: AdmittedOperation,
    confirm?: () => Promise<void>,
  ): Promise<OperationResult | ResultStream> {
    const observed = this.#begin(admitted);
    const events = await this.#events(admitted, observed, confirm);
    const codes = 'body' in events ? codesOf(events.body.errors) : [];
    observed.end({ codes, hasData: codes.length === 0, calls: admitted.context.report.calls });
    return events;
  }

  #begin({ request: { trace }, operation: { definition } }: AdmittedOperation): ObservedOperation {
    const observed = this.#options.telemetry.operationStarted(trace.transport, trace);
    observed.is(definition.operation, definition.name?.value);
    return observed;
  }

  async #events(
    admitted: AdmittedOperation,
    observed: ObservedOperation,
    confirm: (() => Promise<void>) | undefined,
  ): Promise<OperationResult | ResultStream> {
    const { caller, trace } = admitted.request;
    const { now } = admitted.context;
    const credentials = watchCredentials(caller, now);
    let close: (() => void) | undefined;
    const leave = (): void => {
      credentials.stop();
      close?.();
    };
    let source: AsyncIterator<unknown> | undefined;
    try {
      close = this.#options.subscriptions.open(caller.name, admitted.operation, admitted.variables);
      const events = await openedSource(
        createSourceEventStream(this.#argumentsOf(admitted)),
        credentials.ended,
      );
      if (!(Symbol.asyncIterator in events)) {
        leave();
        return refusedWith(this.#format(events.errors ?? [], trace));
      }
      source = events[Symbol.asyncIterator]();
      await confirm?.();
      return new SubscriptionEvents({
        source,
        execute: (event, left) => this.#answerEvent(admitted, event, left),
        failed: (error) => ({ errors: this.#format([asGraphQLError(error)], trace) }),
        credentialsEnded: credentials.ended,
        mayReceive: () => !haveCredentialsEnded(caller, now()),
        onEnd: (delivered) => {
          leave();
          observed.subscriptionEnded(delivered);
        },
      });
    } catch (error) {
      leave();
      void source?.return?.();
      return refusedWith(this.#format([asGraphQLError(error)], trace));
    }
  }

  async #answerEvent(admitted: AdmittedOperation, event: unknown, left: AbortSignal): Promise<EventResult> {
    const { request, context } = admitted;
    const delivery = await this.#delivery(admitted, left);
    let reservation: MemoryReservation | undefined;
    try {
      reservation = await this.#enter(admitted, left);
      const executed = await execute({ ...this.#argumentsOf(admitted), rootValue: event });
      return { body: this.#bodyOf(executed, request.trace, reservation), reservation, delivery };
    } catch (error) {
      reservation?.release();
      delivery?.release();
      throw error;
    } finally {
      context.renew(); // the next event may be hours away
    }
  }

  /** Runs an operation. A large response is counted until the transport has written it, which it does at once. */
  async #runWithin(admitted: AdmittedOperation, isOver: () => boolean): Promise<OperationResult> {
    const { memoryBytes } = admitted.answer;
    const reservation = memoryBytes > smallAnswerBytes ? await this.#enter(admitted) : undefined;
    try {
      if (isOver()) throw new Error('The operation timed out before it began.');
      this.#checkCredentials(admitted); // it may have waited for a turn or for room
      const executed = await this.#execute(admitted);
      const turn = this.#options.gate.turnToWrite(memoryBytes);
      if (turn) await turn;
      return this.#resultOf(executed, admitted, reservation);
    } finally {
      if (reservation) setImmediate(reservation.release);
      admitted.context.end();
    }
  }

  /** @throws GatewayError UNAUTHENTICATED where the caller's credentials have ended. */
  #checkCredentials({ request: { caller }, context }: AdmittedOperation): void {
    if (haveCredentialsEnded(caller, context.now()))
      throw new GatewayError(
        'UNAUTHENTICATED',
        'The credentials have ended before the operation began. Nothing was done.',
      );
  }

  /** The bytes of an event that a router has to take, which no connection counts. */
  async #delivery({ request: { trace, caller }, answer }: AdmittedOperation, left: AbortSignal) {
    if (trace.transport !== 'callback') return undefined;
    return this.#options.gate.deliver(answer.bytes, caller.name, left);
  }

  #enter({ request: { caller, writeLock }, answer: { memoryBytes } }: AdmittedOperation, left?: AbortSignal) {
    return this.#options.gate.enter({ memoryBytes, caller: caller.name, writeLock, left });
  }

  /**
   * Runs a compiled query if there is one, otherwise graphql-js. graphql-js also runs a compiled query again that had an
   * error, so that errors are reported in one way; the reads are cached in the request, so the second run costs no call.
   */
  async #execute(admitted: AdmittedOperation): Promise<ExecutionResult> {
    const { operation, variables, context } = admitted;
    const compiled = this.#options.documents.compiled(operation);
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

  #resultOf(
    executed: ExecutionResult,
    { request, operation, context }: AdmittedOperation,
    reservation?: MemoryReservation,
  ): OperationResult {
    const { report } = context;
    if (executed.data === undefined) return refusedWith(this.#format(executed.errors ?? [], request.trace)); // was not executed
    const body = this.#bodyOf(executed, request.trace, reservation);
    const isWhole = operation.definition.operation === OperationTypeNode.QUERY && !body.errors;
    const { cachePolicy } = this.#options;
    const isShared = isWhole && !request.wantsReport && !(cachePolicy.isInvalidated && isOvertaken(report));
    const isTagged = isShared && report.tags !== undefined && withHeaders.has(request.trace.transport);
    const tags = isTagged ? tagsOf(report, cachePolicy) : undefined;
    const extensions = request.wantsReport ? { upstream: this.#reportOf(context) } : tags?.extensions;
    const cacheControl = isShared ? cacheControlOf(report, cachePolicy) : noStore;
    return {
      body: extensions ? { ...body, extensions } : body,
      status: 200,
      headers: tags
        ? { 'cache-control': cacheControl, 'cache-tag': tags.header }
        : { 'cache-control': cacheControl },
    };
  }

  #reportOf({ report: { calls, fromCache, shared } }: RequestContext) {
    return { calls, fromCache, shared, budgetLeft: this.#options.rateLimiter.left };
  }

  #bodyOf(
    { data, errors }: ExecutionResult,
    trace: RequestTrace,
    reservation?: MemoryReservation,
  ): ResultBody {
    const formatted = errors && this.#format(errors, trace);
    const body =
      data === undefined ? { errors: formatted ?? [] } : formatted ? { errors: formatted, data } : { data };
    const measured = this.#options.cost.measure(body);
    if (typeof measured !== 'number') return { errors: this.#format([measured], trace), data: null };
    reservation?.growTo(bytesPerCharacter * measured);
    return body;
  }

  /** @param operationName as the client wrote it; undefined if the request could not be read. */
  #refused(trace: RequestTrace, { errors, http }: Refusal, operationName?: string): OperationResult {
    const observed = this.#options.telemetry.operationStarted(trace.transport, trace);
    observed.is('unknown', operationName);
    const result = refusedWith(this.#format(errors, trace), http);
    observed.end({ codes: codesOf(result.body.errors), hasData: false });
    return result;
  }

  #format(errors: readonly GraphQLError[], trace: RequestTrace): GraphQLFormattedError[] {
    return this.#options.formatErrors(errors, trace);
  }
}

/** Transports whose results of queries have HTTP headers of their own: a router's URL is only for subscriptions. */
const withHeaders: ReadonlySet<Transport> = new Set<Transport>(['http', 'callback']);

/** Memory of a response as text, and as bytes to be written. */
const bytesPerCharacter = 2;

/** True for a subscription. */
export function isSubscription({ operation }: AdmittedOperation): boolean {
  return operation.definition.operation === OperationTypeNode.SUBSCRIPTION;
}

function asGraphQLError(error: unknown): GraphQLError {
  if (error instanceof GatewayError) return graphqlError(error);
  if (error instanceof GraphQLError) return error;
  return new GraphQLError('', { originalError: error instanceof Error ? error : new Error(String(error)) });
}
