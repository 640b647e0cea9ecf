import {
  execute,
  type ExecutionArgs,
  type ExecutionResult,
  getOperationAST,
  type GraphQLError,
  type GraphQLFormattedError,
  OperationTypeNode,
  subscribe,
} from 'graphql';
import { type Caller } from '../../domain/caller.js';
import { type Trail } from '../../domain/trail.js';
import { type RequestContext } from '../../resolvers/context.js';
import { refusalOf } from '../limits/http-refusal.js';
import { codesOf, hasData } from '../observe/operation-plugin.js';
import { type OperationEnd, type Operations } from '../observe/operations.js';
import { metOn, operationTrail } from '../observe/trail.js';
import { checkedOperation, type OperationChecks, type SentOperation } from './checked-operation.js';
import { type EventStream, formatEach, type FormattedResult } from './event-results.js';

/** What running operations beside Apollo's endpoint needs. */
export interface LiveOperationsOptions extends OperationChecks {
  readonly operations: Operations;
  readonly transport: 'ws' | 'sse';
  readonly formatError: (formatted: GraphQLFormattedError, error: unknown) => GraphQLFormattedError;
}

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
    const prepared = checkedOperation(sent, caller, trail, this.#options);
    if (!('schema' in prepared)) {
      const codes = codesOf(prepared.map((error) => error.toJSON()));
      operations.begin(transport, trail).end({ codes, hasData: false });
    }
    return prepared;
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
