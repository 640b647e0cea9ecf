import { type IncomingHttpHeaders } from 'node:http';
import { CloseCode, type Context } from 'graphql-ws';
import { haveCredentialsEnded, onCredentialsEnd } from '../../auth/credentials-end.js';
import { type Authenticator, credentialsInConnection } from '../../auth/credentials.js';
import { type Caller } from '../../domain/requests/caller.js';
import { clientInConnection, type ClientSoftware } from '../../domain/requests/client-software.js';
import { type ErrorCode, GatewayError } from '../../domain/errors.js';
import { type Telemetry } from '../../domain/telemetry.js';
import { type Connections } from '../connections/connections.js';
import { resetLater } from '../connections/credentials-deadline.js';
import { type GraphqlSocket } from './graphql-socket.js';

/** The gateway's data of a WebSocket connection. */
export interface ConnectionExtra {
  readonly open: GraphqlSocket;
  /** Headers of the handshake; undefined after authentication, since a connection may stay open for months. */
  headers: IncomingHttpHeaders | undefined;
  /** Scheme and host of the handshake. */
  readonly reachedAt: string | undefined;
  /** `nobody` until it is authenticated. */
  caller: Caller;
  client: ClientSoftware | undefined;
  /** Address by which limits count the client. */
  readonly address: string;
}

/** A WebSocket connection in `graphql-ws`. */
export type Connection = Context<Record<string, unknown>, ConnectionExtra>;

/** Clients do not reconnect after this one. */
const unauthorized = [CloseCode.Unauthorized, 'Unauthorized'] as const;
/** Clients reconnect after this one, and evaluate their `connectionParams` again. */
const credentialsEnded = [CloseCode.Forbidden, 'Credentials have ended'] as const;
/** "Try Again Later" in the registry of close codes: clients reconnect. */
const unavailable = [1013, 'Authentication is unavailable'] as const;
const tooMany = [1013, 'Too many connections'] as const;

/** Dependencies of `ConnectionCallers`. */
interface ConnectionCallersOptions {
  readonly authenticate: Authenticator;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly connections: Connections;
  readonly telemetry: Pick<Telemetry, 'errorSent'>;
}

/**
 * Authenticates WebSocket connections. When its caller's credentials end, a connection is closed once the queries and mutations
 * that run are answered.
 */
export class ConnectionCallers {
  readonly #options: ConnectionCallersOptions;

  constructor(options: ConnectionCallersOptions) {
    this.#options = options;
  }

  /** Authenticates a connection. @returns false for a refused one, which is closed with the reason. */
  async admit(connection: Connection): Promise<boolean> {
    const { extra } = connection;
    const { open } = extra;
    const refuse = (code: ErrorCode, closeCode: number, reason: string): false => {
      this.#options.telemetry.errorSent(code, { transport: 'ws', client: extra.client });
      open.socket.close(closeCode, reason);
      return false;
    };
    extra.client = clientInConnection(connection.connectionParams, extra.headers ?? {});
    try {
      const caller = await this.#options.authenticate(credentialsIn(connection));
      extra.caller = caller;
      if (!open.isOpen) return false; // the client has left meanwhile
      if (!this.#options.connections.assignTo(open.connection, caller, extra.address))
        return refuse('TOO_MANY_CONNECTIONS', ...tooMany);
      const stop = onCredentialsEnd(caller, this.#options.now, () => void close(open));
      open.socket.once('close', stop);
      return true;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const [closeCode, reason] = error.code === 'AUTHENTICATION_UNAVAILABLE' ? unavailable : unauthorized;
      return refuse(error.code, closeCode, reason);
    }
  }

  /**
   * Must be awaited before a message of a subscription is sent. Once the credentials have ended it closes the connection instead:
   * after `complete` or an error, the client would not subscribe again with new credentials.
   */
  async beforeMessage({ extra: { caller, open } }: Connection): Promise<void> {
    if (haveCredentialsEnded(caller, this.#options.now())) await close(open);
  }
}

/** Closes a connection whose credentials have ended; one whose client does not read is reset. */
async function close(open: GraphqlSocket): Promise<void> {
  const isFirst = open.closing === undefined; // each of its subscriptions comes here too
  await open.closeAnswered(...credentialsEnded);
  if (isFirst) resetLater(open.connection);
}

/** Takes the credentials from a connection and removes them there: they may be as long as a message. */
function credentialsIn(connection: Connection) {
  const { connectionParams, extra } = connection;
  const credentials = credentialsInConnection(connectionParams, extra.headers ?? {});
  extra.headers = undefined;
  Object.assign(connection, { connectionParams: undefined });
  return credentials;
}
