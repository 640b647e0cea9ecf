import { setImmediate } from 'node:timers/promises';
import { type FastifyInstance } from 'fastify';
import { type Connections } from './connections.js';

/** How long connections may stay that ask nothing, once nothing is being answered any more. */
const idleConnectionMs = 500;

/** Ends something that would go on for ever; called when the gateway begins to stop, and waited for. */
export type ShutdownTask = () => Promise<void> | void;

/**
 * Stops a server, in order: it is not ready any more, ends what would never end by itself, lets requests under way be
 * answered, still answers clients that have not heard of it, and only then takes no more connections.
 */
export class GracefulShutdown {
  readonly #app: FastifyInstance;
  readonly #connections: Connections;
  readonly #endings: ShutdownTask[] = [];
  readonly #listeners: (() => void)[] = [];
  #isClosing = false;
  /** Requests that are being answered: those that came before the stop began, and those that came since. */
  readonly #beingAnswered = { before: 0, since: 0 };
  #onIdle: (() => void) | undefined;

  /**
   * @param app whose requests are waited for.
   * @param connections that are cut off at the end.
   */
  constructor(app: FastifyInstance, connections: Connections) {
    this.#app = app;
    this.#connections = connections;
    // A request whose body never ends is not waited for.
    app.addHook('preHandler', (_request, reply, done) => {
      this.#beingAnswered[this.#isClosing ? 'since' : 'before'] += 1;
      reply.raw.once('close', this.#isClosing ? this.#answeredSince : this.#answered);
      done();
    });
    // The client's next request goes elsewhere.
    app.addHook('onSend', (_request, reply, _payload, done) => {
      if (this.#isClosing) reply.header('connection', 'close');
      done();
    });
  }

  /** True from the moment that the process is told to stop. */
  get hasBegun(): boolean {
    return this.#isClosing;
  }

  /** Adds something that must be ended, since it would go on for ever. */
  onBegin(ending: ShutdownTask): void {
    this.#endings.push(ending);
  }

  /** Adds something to be called when no more connections are taken. */
  onShut(listener: () => void): void {
    this.#listeners.push(listener);
  }

  /**
   * Stops. Requests that still come meanwhile are answered, but not waited for before the port is closed: under steady
   * traffic there would be no end.
   * @param graceMs how long requests and connections may take to end; then they are cut off.
   */
  async end(graceMs: number): Promise<void> {
    const overAtMs = performance.now() + graceMs;
    this.#isClosing = true;
    await waitAtMost(graceMs, Promise.all([...this.#endings.map((ending) => ending()), this.#idle()]));
    await setImmediate(); // all connections that have been made are accepted: one that is not would be reset
    this.#app.server.close();
    for (const listener of this.#listeners) listener();
    const leftMs = Math.max(0, overAtMs - performance.now());
    const isBusy = this.#beingAnswered.before + this.#beingAnswered.since > 0;
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
   * They are counted, not held: of a set that grows and shrinks, V8 keeps the table that it had before, and its entries,
   * until the old generation is collected. With that, every answer outlived its request.
   */
  readonly #answered = (): void => {
    this.#beingAnswered.before -= 1;
    if (this.#isClosing && this.#beingAnswered.before === 0) this.#onIdle?.();
  };
  readonly #answeredSince = (): void => {
    this.#beingAnswered.since -= 1;
  };

  /** Resolves once all is answered that was being answered when the stop began. */
  #idle(): Promise<void> {
    if (this.#beingAnswered.before === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

/** Waits for something, but not longer than this. */
export async function waitAtMost(ms: number, ended: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([ended, late]).finally(() => {
    clearTimeout(timer);
  });
}
