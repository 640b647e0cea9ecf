import { type Socket } from 'node:net';
import { Mutex } from 'async-mutex';
import { GatewayError } from '../../domain/errors.js';
import { type WriteLock } from '../../operations/gate/execution-gate.js';

/** Large answers of one WebSocket: the next one is made after the client has read the previous one. */
export class AnswerLane implements WriteLock {
  readonly #connection: Socket;
  readonly #mutex = new Mutex();

  constructor(connection: Socket) {
    this.#connection = connection;
  }

  /** @throws GatewayError `BAD_REQUEST` for a closed connection. */
  async acquire(): Promise<() => void> {
    const leave = await this.#mutex.acquire();
    await drained(this.#connection);
    if (!this.#connection.destroyed) return leave;
    leave();
    throw new GatewayError('BAD_REQUEST', 'The connection is closed.');
  }
}

/** Resolves when the client has read everything that was written, or the connection is closed. */
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
