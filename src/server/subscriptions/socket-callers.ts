import { type IncomingHttpHeaders } from 'node:http';
import { CloseCode, type Context } from 'graphql-ws';
import { onCredentialsEnd } from '../../auth/credentials-end.js';
import { type Authenticator, credentialsInConnection } from '../../auth/credentials.js';
import { anonymous, type Caller } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { type Connections } from '../connections/connections.js';
import { type GraphqlSocket } from './graphql-socket.js';

/** What the gateway knows of a WebSocket connection. */
export interface ConnectionExtra {
  readonly open: GraphqlSocket;
  /** Of its handshake; undefined once they have been looked at: a connection may be there for months. */
  headers: IncomingHttpHeaders | undefined;
  /** The caller at the other end; `nobody` before it has shown its credentials. */
  caller: Caller;
}

/** A WebSocket connection, as `graphql-ws` knows it. */
export type Connection = Context<Record<string, unknown>, ConnectionExtra>;

/** Clients take this one for a mistake of theirs: they do not try again. */
const refused = [CloseCode.Unauthorized, 'Unauthorized'] as const;
/** After this one clients connect again, and are asked for their `connectionParams` anew. */
const ended = [CloseCode.Forbidden, 'Credentials have ended'] as const;
/** "Try Again Later" of the registry of close codes: clients do. */
const unavailable = [1013, 'Authentication is unavailable'] as const;
const tooMany = [1013, 'Too many connections'] as const;

/** What is needed to know callers. */
export interface ConnectionCallersOptions {
  readonly authenticate: Authenticator;
  /** Epoch milliseconds. */
  readonly now: () => number;
  readonly connections: Connections;
}

/** Who is at the other end of each WebSocket; a connection does not outlive its caller's credentials. */
export class ConnectionCallers {
  readonly #options: ConnectionCallersOptions;

  constructor(options: ConnectionCallersOptions) {
    this.#options = options;
  }

  /** @returns whether the connection may go on; one that may not is closed with the reason. */
  async admit(connection: Connection): Promise<boolean> {
    const { extra } = connection;
    const { socket } = extra.open;
    try {
      const caller = await this.#options.authenticate(credentialsIn(connection));
      extra.caller = caller;
      if (!extra.open.isOpen) return false; // the client has left before it was known
      if (!this.#hasRoom(connection)) {
        socket.close(...tooMany);
        return false;
      }
      const stop = onCredentialsEnd(caller, this.#options.now, () => {
        socket.close(...ended);
      });
      socket.once('close', stop);
      return true;
    } catch (error) {
      if (!(error instanceof GatewayError)) throw error;
      const [code, reason] = error.code === 'AUTHENTICATION_UNAVAILABLE' ? unavailable : refused;
      socket.close(code, reason);
      return false;
    }
  }

  #hasRoom({ extra: { caller, open } }: Connection): boolean {
    return caller === anonymous || this.#options.connections.assignTo(open.connection, caller.name);
  }

  /** Who is at the other end. */
  of({ extra }: Connection): Caller {
    return extra.caller;
  }

  /**
   * To be called before a client learns that a subscription is complete: where it is not, but its caller's right is, the
   * connection is closed instead, so that the client subscribes anew with its next credentials.
   */
  beforeComplete(connection: Connection): void {
    const { expiresAtMs = Infinity, revoked } = this.of(connection);
    if (revoked?.aborted || expiresAtMs <= this.#options.now()) connection.extra.open.socket.close(...ended);
  }
}

/** Credentials of a connection, which are then forgotten: they may be as long as a message. */
function credentialsIn(connection: Connection) {
  const { connectionParams, extra } = connection;
  const credentials = credentialsInConnection(connectionParams, extra.headers ?? {});
  extra.headers = undefined;
  Object.assign(connection, { connectionParams: undefined });
  return credentials;
}
