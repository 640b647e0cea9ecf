import { type EventEmitter } from 'node:events';
import { setImmediate } from 'node:timers/promises';
import { type FastifyInstance } from 'fastify';
import { withTimeout } from '../../domain/timeout.js';
import { type Connections } from './connections.js';

/** Time for idle connections, once no request is in flight. */
const idleConnectionMs = 500;
/** Time for clients to read the end of a stream, or to answer a close frame. */
const closeTimeoutMs = 500;

/** Message of `SHUTTING_DOWN`, in whatever form it is sent. */
export const stoppingMessage = 'This gateway is stopping; connect again.';

/** Waits until streams or sockets that have just been ended are closed, or their clients' time is over. */
export async function allClosed(ended: Iterable<EventEmitter>): Promise<void> {
  const closed = [...ended].map((each) => new Promise((resolve) => each.once('close', resolve)));
  await withTimeout(closeTimeoutMs, Promise.all(closed));
}

/** Ends something that would never end by itself. Called when the shutdown begins, and awaited. */
type ShutdownTask = () => Promise<void> | void;

/**
 * Stops a server in order: it reports that it is not ready, ends streams and sockets, finishes the requests in flight,
 * still answers new ones, and only then accepts no more connections.
 */
export class GracefulShutdown {
  readonly #app: FastifyInstance;
  readonly #connections: Connections;
  readonly #tasks: ShutdownTask[] = [];
  readonly #listeners: (() => void)[] = [];
  #isClosing = false;
  /** Requests in flight, by their arrival: before or since the shutdown began. */
  readonly #inFlight = { before: 0, since: 0 };
  #onIdle: (() => void) | undefined;

  /**
   * @param app its requests are awaited.
   * @param connections cut off at the end.
   */
  constructor(app: FastifyInstance, connections: Connections) {
    this.#app = app;
    this.#connections = connections;
    // A request is counted only once its body is complete, since it might never be.
    app.addHook('preHandler', (_request, reply, done) => {
      this.#inFlight[this.#isClosing ? 'since' : 'before'] += 1;
      reply.raw.once('close', this.#isClosing ? this.#onNewAnswered : this.#onAnswered);
      done();
    });
    // The client sends its next request to another gateway.
    app.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.#isClosing) reply.header('connection', 'close');
      done();
    });
  }

  /** True once the shutdown has begun. */
  get hasBegun(): boolean {
    return this.#isClosing;
  }

  /** Adds a task for the beginning of the shutdown. */
  onBegin(task: ShutdownTask): void {
    this.#tasks.push(task);
  }

  /** Adds a listener for the moment when no more connections are accepted. */
  onShut(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Stops. Requests that arrive meanwhile are answered, but do not delay the closing of the port: under steady traffic it
   * would never close.
   * @param graceMs time for requests and connections to end; then they are cut off.
   */
  async end(graceMs: number): Promise<void> {
    const deadlineMs = performance.now() + graceMs;
    this.#isClosing = true;
    await withTimeout(graceMs, Promise.all([...this.#tasks.map((task) => task()), this.#idle()]));
    await setImmediate(); // accepts the connections that are made already: they would be reset otherwise
    this.#app.server.close();
    for (const listener of this.#listeners) listener();
    const leftMs = Math.max(0, deadlineMs - performance.now());
    const isBusy = this.#inFlight.before + this.#inFlight.since > 0;
    const cutOff = setTimeout(
      () => {
        this.#connections.endAll();
      },
      isBusy ? leftMs : Math.min(idleConnectionMs, leftMs),
    );
    try {
      await this.#app.close();
    } finally {
      clearTimeout(cutOff);
    }
  }

  /**
   * A counter, not a set of responses: V8 keeps the old table of a set that shrinks, with its entries, until the old
   * generation is collected, so every response would outlive its request.
   */
  readonly #onAnswered = (): void => {
    this.#inFlight.before -= 1;
    if (this.#isClosing && this.#inFlight.before === 0) this.#onIdle?.();
  };
  readonly #onNewAnswered = (): void => {
    this.#inFlight.since -= 1;
  };

  /** Resolves once the requests that were in flight at the beginning are answered. */
  #idle(): Promise<void> {
    if (this.#inFlight.before === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}
