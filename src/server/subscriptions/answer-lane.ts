import { type Socket } from 'node:net';
import { GatewayError } from '../../domain/errors.js';
import { type Lane } from '../../operations/gate/execution-gate.js';

/** Large answers of one WebSocket: the next one is made once the client has taken the last. */
export class AnswerLane implements Lane {
  readonly #connection: Socket;
  #last: Promise<void> = Promise.resolve();

  constructor(connection: Socket) {
    this.#connection = connection;
  }

  /** @throws GatewayError `BAD_REQUEST` where the client has left. */
  async enter(): Promise<() => void> {
    const before = this.#last;
    let leave = (): void => undefined;
    this.#last = new Promise((resolve) => {
      leave = resolve;
    });
    await before;
    await drained(this.#connection);
    if (!this.#connection.destroyed) return leave;
    leave();
    throw new GatewayError('BAD_REQUEST', 'The connection is closed.');
  }
}

/** Resolves once the client has taken what was written, or has left. */
function drained(connection: Socket): Promise<void> | undefined {
  if (!connection.writableNeedDrain || connection.destroyed) return undefined;
  return new Promise((resolve) => {
    const done = (): void => {
      connection.off('drain', done).off('close', done);
      resolve();
    };
    connection.on('drain', done).on('close', done);
  });
}
