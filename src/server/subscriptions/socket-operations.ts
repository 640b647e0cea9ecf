import {
  type ExecutionArgs,
  GraphQLError,
  type GraphQLFormattedError,
  type GraphQLSchema,
  OperationTypeNode,
} from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import { GatewayError } from '../../domain/errors.js';
import { parametersIn } from '../../operations/operation-request.js';
import {
  type OperationResult,
  type ResultBody,
  type ResultStream,
} from '../../operations/operation-result.js';
import { type AdmittedOperation, type OperationPipeline } from '../../operations/pipeline.js';
import { operationTrace } from '../../domain/request-trace.js';
import { type RequestRate } from '../limits/request-rate.js';
import { type ConnectionCallers, type ConnectionExtra } from './socket-callers.js';

/** How long a client may take to send `connection_init`. */
const connectionInitWaitTimeout = 3000;

/** What running operations of WebSockets needs. */
export interface SocketOperationsOptions {
  readonly pipeline: OperationPipeline;
  readonly schema: GraphQLSchema;
  readonly callers: ConnectionCallers;
  readonly rate: RequestRate;
}

/** Operations that arrive over WebSockets: `graphql-ws` speaks the protocol, the pipeline does the rest. */
export class SocketOperations {
  /** The protocol, for each connection. */
  readonly protocol: Server<ConnectionExtra>;
  readonly #options: SocketOperationsOptions;
  #running = 0;
  #onIdle: (() => void) | undefined;

  constructor(options: SocketOperationsOptions) {
    this.#options = options;
    const { pipeline, callers } = options;
    this.protocol = makeServer<Record<string, unknown>, ConnectionExtra>({
      connectionInitWaitTimeout,
      onConnect: (connection) => callers.admit(connection),
      onPing: ({ acknowledged, extra }) => {
        if (acknowledged) extra.open.pong();
      },
      onSubscribe: async (connection, id, payload) => {
        const { open, caller } = connection.extra;
        const releaseMessage = open.beginOperation(id);
        const tooMany = releaseMessage ? await options.rate.take(caller.name) : undefined;
        // Until the other end has closed too, it can still send: what it asks then is not done.
        if (!open.isOpen) return [new GraphQLError('The connection is closed.')];
        const admitted = await this.#admitted(payload, connection.extra, tooMany);
        // The library holds the message for as long as the operation lasts, which may be months.
        for (const member of Object.keys(payload)) Reflect.deleteProperty(payload, member);
        if ('body' in admitted) return refusalOf(admitted);
        // What a subscription keeps of it is counted by itself.
        if (admitted.operation.definition.operation === OperationTypeNode.SUBSCRIPTION) releaseMessage?.();
        return argumentsOf(admitted, options.schema);
      },
      onComplete: (connection) => {
        callers.beforeComplete(connection);
      },
      onNext: (_context, _id, _payload, _args, result) => result, // its errors are formatted already
      onError: (_context, _id, _payload, errors) => errors.map(formatted),
      execute: (args: ExecutionArgs) => this.#run(admittedIn(args)) as never,
      subscribe: async (args: ExecutionArgs) => bodyOf(await pipeline.subscribe(admittedIn(args))) as never,
    });
  }

  /** Waits until no query or mutation runs. */
  idle(): Promise<void> {
    if (this.#running === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }

  #admitted(
    payload: unknown,
    { open, caller }: ConnectionExtra,
    tooMany: GatewayError | undefined,
  ): Promise<AdmittedOperation | OperationResult> | OperationResult {
    const { pipeline } = this.#options;
    const trace = operationTrace('ws');
    if (tooMany) return pipeline.refuse(trace, tooMany);
    try {
      return pipeline.admit({
        parameters: parametersIn(payload),
        caller,
        trace,
        canStream: true,
        isReadOnly: false,
        fresh: false,
        wantsReport: false,
        lane: open.lane,
      });
    } catch (error) {
      if (error instanceof GatewayError) return pipeline.refuse(trace, error);
      throw error;
    }
  }

  async #run(admitted: AdmittedOperation): Promise<ResultBody> {
    this.#running += 1;
    try {
      return (await this.#options.pipeline.run(admitted)).body;
    } finally {
      this.#running -= 1;
      if (this.#running === 0) this.#onIdle?.();
    }
  }
}

/** What the library hands to `execute` and `subscribe`; only the admitted operation is used. */
interface AdmittedArguments extends ExecutionArgs {
  readonly admitted: AdmittedOperation;
}

function argumentsOf(admitted: AdmittedOperation, schema: GraphQLSchema): AdmittedArguments {
  const { document, definition } = admitted.operation;
  return {
    schema,
    document,
    operationName: definition.name?.value,
    contextValue: undefined,
    rootValue: undefined,
    admitted,
  };
}

function admittedIn(args: ExecutionArgs): AdmittedOperation {
  return (args as AdmittedArguments).admitted;
}

function bodyOf(result: OperationResult | ResultStream): ResultBody | ResultStream {
  return 'body' in result ? result.body : result;
}

/** An error that is formatted already; the library wants instances of graphql-js's class. */
class FormattedError extends GraphQLError {
  constructor(readonly formatted: GraphQLFormattedError) {
    super(formatted.message);
  }
}

function refusalOf({ body }: OperationResult): readonly GraphQLError[] {
  return (body.errors ?? []).map((error) => new FormattedError(error));
}

function formatted(error: GraphQLError): GraphQLFormattedError {
  return error instanceof FormattedError ? error.formatted : internalError;
}

const internalError: GraphQLFormattedError = {
  message: 'Internal server error.',
  extensions: { code: 'INTERNAL_SERVER_ERROR' },
};
