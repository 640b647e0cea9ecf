import { type FastifyInstance } from 'fastify';

/** How long connections that say nothing may stay once nothing is being answered any more. */
const silentMs = 500;

/** What has an end of its own to come to: it is told that the end begins, and says when it is there. */
export type Ending = () => Promise<void> | void;

/**
 * The end of a server, in order: it says that it is not ready, ends what would never end by itself, lets what is being
 * answered end, still answers who has not yet heard, and only then takes no more connections.
 */
export class Closing {
  readonly #endings: Ending[] = [];
  #isClosing = false;
  /** How many are being answered: those that came before the end began, and those that came since. */
  readonly #beingAnswered = { before: 0, since: 0 };
  #onIdle: (() => void) | undefined;

  /** @param app whose requests are waited for. */
  constructor(app: FastifyInstance) {
    // A client that has not said all of its request yet is not waited for.
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

  /** True from the moment that the process was told to end. */
  get hasBegun(): boolean {
    return this.#isClosing;
  }

  /** Adds something that must be ended, since it would go on for ever. */
  onBegin(ending: Ending): void {
    this.#endings.push(ending);
  }

  /**
   * Ends. Requests that still come meanwhile are answered, but not waited for before the door is shut: under steady
   * traffic there would be no end.
   * @param graceMs how long what is under way may take; what has not ended then is cut off.
   */
  async end(app: FastifyInstance, graceMs: number): Promise<void> {
    const overAtMs = performance.now() + graceMs;
    this.#isClosing = true;
    await within(graceMs, Promise.all([...this.#endings.map((ending) => ending()), this.#idle()]));
    const isBusy = this.#beingAnswered.before + this.#beingAnswered.since > 0;
    const leftMs = isBusy ? Math.max(0, overAtMs - performance.now()) : silentMs;
    const cutOff = setTimeout(() => {
      app.server.closeAllConnections();
    }, leftMs);
    try {
      await app.close();
    } finally {
      clearTimeout(cutOff);
    }
  }

  /**
   * They are counted, not held: of a set that grows and shrinks, V8 keeps the table that it had before, and what was in
   * it, until the old are collected. With that, every answer outlived its request.
   */
  readonly #answered = (): void => {
    this.#beingAnswered.before -= 1;
    if (this.#isClosing && this.#beingAnswered.before === 0) this.#onIdle?.();
  };
  readonly #answeredSince = (): void => {
    this.#beingAnswered.since -= 1;
  };

  /** Resolves once all is answered that was being answered when the end began. */
  #idle(): Promise<void> {
    if (this.#beingAnswered.before === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#onIdle = resolve;
    });
  }
}

/** Waits for something, but not longer than this. */
export async function within(ms: number, ended: unknown): Promise<void> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise((resolve) => {
    timer = setTimeout(resolve, ms);
  });
  await Promise.race([ended, late]).finally(() => {
    clearTimeout(timer);
  });
}
