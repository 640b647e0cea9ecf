import { CloseCode, type Context } from 'graphql-ws';
import { type Extra } from 'graphql-ws/use/ws';
import { nobody, type Caller } from '../../domain/caller.js';
import { GatewayError } from '../../domain/errors.js';
import { onCallerEnd } from '../../resolvers/access/caller-end.js';
import { type Authenticator } from '../auth/authenticator.js';
import { credentialsOfConnection } from '../auth/credentials.js';

/** A WebSocket connection, as `graphql-ws` knows it. */
export type Connection = Context<Record<string, unknown>, Extra>;

/** Clients take this one for a mistake of theirs: they do not try again. */
const refused = [CloseCode.Unauthorized, 'Unauthorized'] as const;
/** After this one clients connect again, and are asked for their `connectionParams` anew. */
const ended = [CloseCode.Forbidden, 'Credentials have ended'] as const;
/** "Try Again Later" of the registry of close codes: clients do. */
const unavailable = [1013, 'Authentication is unavailable'] as const;

/** Who is at the other end of each WebSocket; a connection does not outlive what its caller has shown. */
export class ConnectionCallers {
  readonly #authenticate: Authenticator;
  readonly #now: () => number;
  readonly #callers = new WeakMap<Extra, Caller>();

  /** @param now epoch milliseconds. */
  constructor(authenticate: Authenticator, now: () => number) {
    this.#authenticate = authenticate;
    this.#now = now;
  }

  /** @returns whether the connection may go on; one that may not is closed with the reason. */
  async admit({ connectionParams, extra }: Connection): Promise<boolean> {
    const { socket, request } = extra;
    try {
      const shown = credentialsOfConnection(connectionParams, request.headers);
      const caller = await this.#authenticate(shown);
      this.#callers.set(extra, caller);
      if (socket.readyState !== socket.OPEN) return false; // who does not wait has left nothing to end
      const stop = onCallerEnd(caller, this.#now, () => {
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

  /** Who is at the other end. */
  of({ extra }: Connection): Caller {
    return this.#callers.get(extra) ?? nobody;
  }

  /**
   * To be asked before a client is told that a subscription is complete: where it is not, but its caller's right is, the
   * connection is closed instead, so that the client subscribes anew with what it has by then.
   */
  beforeComplete(connection: Connection): void {
    const { expiresAtMs = Infinity, revoked } = this.of(connection);
    if (revoked?.aborted || expiresAtMs <= this.#now()) connection.extra.socket.close(...ended);
  }
}
