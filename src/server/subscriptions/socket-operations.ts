import { type ExecutionArgs, GraphQLError, type GraphQLFormattedError, type GraphQLSchema } from 'graphql';
import { makeServer, type Server } from 'graphql-ws';
import { limitKeyOf } from '../../domain/requests/caller.js';
import { attempt, GatewayError } from '../../domain/errors.js';
import { operationTrace } from '../../domain/requests/request-trace.js';
import { parametersIn } from '../../operations/operation-request.js';
import { type OperationResult, type ResultBody } from '../../operations/operation-result.js';
import { type AdmittedOperation, isSubscription, type OperationPipeline } from '../../operations/pipeline.js';
import { type RequestRate } from '../limits/request-rate.js';
import { type ConnectionCallers, type ConnectionExtra } from './socket-callers.js';

/** Time for a client to send `connection_init`. */
const connectionInitWaitTimeout = 3000;

/** Dependencies of `SocketOperations`. */
export interface SocketOperationsOptions {
  readonly pipeline: OperationPipeline;
  readonly schema: GraphQLSchema;
  readonly callers: ConnectionCallers;
  readonly rate: RequestRate;
}

/** Runs operations that arrive over WebSockets: `graphql-ws` implements the protocol, the pipeline the rest. */
export class SocketOperations {
  /** The protocol, for all connections. */
  readonly protocol: Server<ConnectionExtra>;
  readonly #options: SocketOperationsOptions;

  constructor(options: SocketOperationsOptions) {
    this.#options = options;
    const { pipeline, callers, rate } = options;
    this.protocol = makeServer<Record<string, unknown>, ConnectionExtra>({
      connectionInitWaitTimeout,
      onConnect: (connection) => callers.admit(connection),
      onPing: ({ acknowledged, extra }) => {
        if (acknowledged) extra.open.pong();
      },
      onSubscribe: async ({ extra }, id, payload) => {
        const { open } = extra;
        const releaseMessage = open.beginOperation(id);
        const tooMany = releaseMessage ? await rate.take(limitKeyOf(extra.caller, extra.address)) : undefined;
        if (open.closing) await open.closing;
        // A client can send until it has closed the connection too; operations that arrive then are not run.
        if (!open.isOpen) return [new GraphQLError('The connection is closed.')];
        open.beginAnswer(payload); // from here on, the socket waits for it
        const admitted = await this.#admitted(tooMany ?? attempt(() => parametersIn(payload)), extra);
        // `graphql-ws` retains the message until the operation ends, which may take months.
        for (const member of Object.keys(payload)) Reflect.deleteProperty(payload, member);
        if ('body' in admitted || isSubscription(admitted)) open.endAnswer(payload);
        if ('body' in admitted) return refusalOf(admitted);
        if (isSubscription(admitted)) releaseMessage?.(); // its memory is counted separately
        return argumentsOf(admitted, options.schema);
      },
      onNext: async (connection, _id, payload, _args, result) => {
        if (!connection.extra.open.isAnswer(payload)) await callers.beforeMessage(connection);
        return result; // its errors are formatted already
      },
      onComplete: async (connection, _id, payload) => {
        if (!connection.extra.open.endAnswer(payload)) await callers.beforeMessage(connection);
      },
      onError: (_context, _id, _payload, errors) => errors.map(formatted),
      execute: (args: ExecutionArgs) => {
        const { admitted } = args as AdmittedArguments;
        // `graphql-ws` retains the arguments until the client has read the result, and with them all rows that were read.
        Reflect.deleteProperty(args, 'admitted');
        return this.#run(admitted) as never;
      },
      subscribe: async (args: ExecutionArgs) => {
        const result = await pipeline.subscribe((args as AdmittedArguments).admitted);
        return ('body' in result ? result.body : result) as never;
      },
    });
  }

  #admitted(
    parameters: ReturnType<typeof parametersIn> | GatewayError,
    { open, caller, client, address, reachedAt }: ConnectionExtra,
  ): Promise<AdmittedOperation | OperationResult> | OperationResult {
    const { pipeline } = this.#options;
    const trace = operationTrace('ws', { caller: caller.name, client, address });
    if (parameters instanceof GatewayError) return pipeline.refuse(trace, parameters);
    return pipeline.admit({
      parameters,
      caller,
      trace,
      reachedAt,
      eventTransport: 'ws',
      isReadOnly: false,
      fresh: false,
      wantsReport: false,
      writeLock: open.writeLock,
    });
  }

  async #run(admitted: AdmittedOperation): Promise<UnwrittenResult> {
    return new UnwrittenResult((await this.#options.pipeline.run(admitted)).body);
  }
}

/**
 * A result until it is written. `graphql-ws` retains what it has written until the client has read it; the bytes of the message
 * are counted meanwhile, but not the rows of the result.
 */
class UnwrittenResult {
  #body: ResultBody | undefined;

  constructor(body: ResultBody) {
    this.#body = body;
  }

  toJSON(): ResultBody | undefined {
    const body = this.#body;
    this.#body = undefined;
    return body;
  }
}

/** The arguments that `graphql-ws` passes to `execute` and `subscribe`; only the admitted operation is used. */
interface AdmittedArguments extends ExecutionArgs {
  readonly admitted: AdmittedOperation;
}

function argumentsOf(admitted: AdmittedOperation, schema: GraphQLSchema): AdmittedArguments {
  const { document, definition } = admitted.operation;
  return { schema, document, operationName: definition.name?.value, admitted };
}

/** A formatted error. `graphql-ws` requires instances of `GraphQLError`. */
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
