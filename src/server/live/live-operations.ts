import {
  type DocumentNode,
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  getVariableValues,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { type Caller } from '../../domain/caller.js';
import { type Trail } from '../../domain/trail.js';
import { type RequestContext } from '../../resolvers/context.js';
import { codesOf, hasData } from '../observe/operation-plugin.js';
import { type OperationEnd, type Operations } from '../observe/operations.js';
import { metOn, operationTrail } from '../observe/trail.js';
import { type CostCheck } from '../../resolvers/cost/checked-cost.js';
import { admittedText, type Guards } from '../limits/guards.js';
import { refusalOf } from '../limits/http-refusal.js';
import { maxErrors } from '../limits/schema-secrecy.js';

/** An operation as a client sent it. */
export interface SentOperation {
  readonly query?: unknown;
  readonly operationName?: unknown;
  readonly variables?: unknown;
  readonly documentId?: unknown;
  readonly extensions?: unknown;
}

/** What running operations beside Apollo's endpoint needs. */
export interface LiveOperationsOptions {
  readonly schema: GraphQLSchema;
  readonly createContext: (caller: Caller, trail: Trail) => RequestContext;
  readonly guards: Guards;
  readonly cost: CostCheck;
  readonly operations: Operations;
  readonly transport: 'ws' | 'sse';
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

/** An answer as it goes to the client: its errors are formatted already. */
export interface FormattedResult {
  readonly data?: unknown;
  readonly errors?: readonly GraphQLFormattedError[];
}

/** A subscription's events, as they go to the client. */
export type EventStream = Required<AsyncIterableIterator<FormattedResult>>;

/** Operations over WebSocket and SSE: the same rules, limits and errors as over HTTP. */
export class LiveOperations {
  readonly #options: LiveOperationsOptions;
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: LiveOperationsOptions) {
    this.#options = options;
  }

  /**
   * Checks an operation as far as that goes without executing it.
   * @param request that it came with; undefined where it came over a connection that has more of them.
   */
  prepare(sent: SentOperation, caller: Caller, request?: Trail): ExecutionArgs | readonly GraphQLError[] {
    const { operations, transport } = this.#options;
    const trail = operationTrail(transport, request);
    const prepared = this.#prepare(sent, caller, trail);
    if (!('schema' in prepared)) {
      const codes = codesOf(prepared.map((error) => error.toJSON()));
      operations.begin(transport, trail).end({ codes, hasData: false });
    }
    return prepared;
  }

  #prepare(sent: SentOperation, caller: Caller, trail: Trail): ExecutionArgs | readonly GraphQLError[] {
    const { operationName, variables } = sent;
    const { schema, createContext, cost, guards } = this.#options;
    const name = typeof operationName === 'string' ? operationName : undefined;
    const variableValues = isObject(variables) ? variables : {};
    const document = this.#read(sent, caller);
    if (document instanceof GraphQLError) return [document];
    const problems = guards.valid.problems(document);
    if (problems.length > 0) return problems.map((problem) => withCode(problem, 'GRAPHQL_VALIDATION_FAILED'));
    const operation = getOperationAST(document, name);
    if (!operation)
      return [withCode(new GraphQLError('There is no such operation.'), 'OPERATION_RESOLUTION_FAILURE')];
    const { errors } = getVariableValues(schema, operation.variableDefinitions ?? [], variableValues, {
      maxErrors,
    });
    if (errors) return errors.map((error) => withCode(error, 'BAD_USER_INPUT'));
    const tooMuch = cost.problem({ schema, document, operation, variables: variableValues });
    if (tooMuch) return [tooMuch];
    const contextValue = createContext(caller, trail);
    return { schema, document, operationName: name, variableValues, contextValue };
  }

  /** The document of an operation, or why it is not run. */
  #read(sent: SentOperation, caller: Caller): DocumentNode | GraphQLError {
    const { guards } = this.#options;
    try {
      const text = admittedText(sent, caller, guards);
      if (text) return guards.documents.parse(text);
      return withCode(new GraphQLError('An operation must have a non-empty `query`.'), 'BAD_REQUEST');
    } catch (error) {
      return refusalOf(error);
    }
  }

  /** Runs a query or a mutation. */
  async execute(args: ExecutionArgs): Promise<FormattedResult> {
    this.#running += 1;
    try {
      return await this.#observed(args, () => this.#run(args));
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }

  /** Waits until no query or mutation runs. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  async #run(args: ExecutionArgs): Promise<FormattedResult> {
    const isMutation = (): boolean =>
      getOperationAST(args.document, args.operationName)?.operation === OperationTypeNode.MUTATION;
    try {
      const result = await this.#options.guards.running.run(async () => execute(args), isMutation);
      return this.format(result, trailIn(args));
    } catch (error) {
      return { errors: this.formatErrors([refusalOf(error)]) };
    }
  }

  /** Begins a subscription. */
  async subscribe(args: ExecutionArgs): Promise<FormattedResult | EventStream> {
    return this.#observed(args, async () => {
      const events = await subscribe(args);
      return Symbol.asyncIterator in events
        ? formatEach(events, (result) => this.format(result, trailIn(args)))
        : this.format(events, trailIn(args));
    });
  }

  /** Runs an operation, and notes how it ended. */
  async #observed<T extends FormattedResult | EventStream>(
    args: ExecutionArgs,
    run: () => Promise<T>,
  ): Promise<T> {
    const { operations, transport } = this.#options;
    const running = operations.begin(transport, trailIn(args));
    const operation = getOperationAST(args.document, args.operationName);
    if (operation) running.is(operation);
    let end: OperationEnd = { codes: ['INTERNAL_SERVER_ERROR'], hasData: false };
    try {
      const result = await run();
      end = endOf(result);
      return result;
    } finally {
      running.end({ ...end, calls: contextIn(args).report.calls });
    }
  }

  /** Errors as clients see them. */
  formatErrors(errors: readonly GraphQLError[]): GraphQLFormattedError[] {
    return errors.map((error) => this.#options.formatError(error.toJSON(), error));
  }

  /** An answer as clients see it. */
  format({ data, errors }: ExecutionResult, trail: Trail | undefined): FormattedResult {
    for (const error of errors ?? []) metOn(trail, error);
    return { ...(errors && { errors: this.formatErrors(errors) }), ...(data !== undefined && { data }) };
  }
}

function contextIn({ contextValue }: ExecutionArgs): RequestContext {
  return contextValue as RequestContext;
}

function trailIn(args: ExecutionArgs): Trail | undefined {
  return contextIn(args).report.trail;
}

function endOf(result: FormattedResult | EventStream): OperationEnd {
  if (Symbol.asyncIterator in result) return { codes: [], hasData: true };
  return { codes: codesOf(result.errors), hasData: hasData(result.data) };
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null;
}

function withCode(error: GraphQLError, code: string): GraphQLError {
  const { message, nodes, source, positions } = error;
  return new GraphQLError(message, { nodes, source, positions, extensions: { code } });
}

/** An error that ends a subscription is its last event: a transport would break the connection over it. */
function asLastEvent(error: unknown): IteratorResult<ExecutionResult, void> {
  const { message } = error as Error;
  return {
    done: false,
    value: { errors: [new GraphQLError(message, { originalError: error as Error })] },
  };
}

/** Leaves the subscription when its own consumer leaves, also while it waits for an event. */
function formatEach(
  events: AsyncGenerator<ExecutionResult, void, void>,
  format: (result: ExecutionResult) => FormattedResult,
): EventStream {
  const map = async (next: Promise<IteratorResult<ExecutionResult, void>>) => {
    const result = await next;
    return result.done ? result : { done: false as const, value: format(result.value) };
  };
  const each: EventStream = {
    next: () => map(events.next().catch(asLastEvent)),
    return: () => map(events.return()),
    throw: (error: unknown) => map(events.throw(error)),
    [Symbol.asyncIterator]: () => each,
  };
  return each;
}
