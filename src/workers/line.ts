import { type LineMessage, lineMessageIn } from './line-message.js';
import { type Pipe } from './pipe.js';

/** Things at the other end: its methods, each answered later. */
export type Remote<Thing> = {
  readonly [Method in keyof Thing]: Thing[Method] extends (...values: infer Values) => infer Answer
    ? (...values: Values) => Promise<Awaited<Answer>>
    : never;
};

/** Why the other end gave no answer. */
export type NoAnswerCode = 'GONE' | 'LATE' | 'BUSY' | 'UNKNOWN_METHOD' | 'FAILED';

/** The other end gave no answer; what was asked may have been done all the same. */
export class NoAnswer extends Error {
  override readonly name = 'NoAnswer';

  constructor(readonly code: NoAnswerCode | (string & {})) {
    super(`the other process gave no answer: ${code}`);
  }
}

/** How much a line bears. */
export interface LineOptions {
  /** How long an answer may take. */
  readonly patienceMs?: number;
  /** How many questions may be open, and how many messages on their way; what is more is refused at once. */
  readonly maximumWaiting?: number;
}

interface Question {
  readonly answer: (value: unknown) => void;
  readonly fail: (error: NoAnswer) => void;
  readonly timer: NodeJS.Timeout;
}

/** As long as Redis may take for a command. */
const defaultPatienceMs = 2000;
const defaultMaximum = 5000;

/**
 * Questions and answers between two processes, both ways. Each end serves things by name, and the other calls their
 * methods; values are copied. What can't be said or is not answered in time fails, and nothing waits without bound.
 */
export class Line<Theirs extends object> {
  readonly #pipe: Pipe;
  readonly #patienceMs: number;
  readonly #maximum: number;
  readonly #served = new Map<string, object>();
  readonly #questions = new Map<number, Question>();
  readonly #onSaidAgain: (() => void)[] = [];
  #asked = 0;
  #onTheirWay = 0;
  #hasDropped = false;

  constructor(pipe: Pipe, { patienceMs, maximumWaiting }: LineOptions = {}) {
    this.#pipe = pipe;
    this.#patienceMs = patienceMs ?? defaultPatienceMs;
    this.#maximum = maximumWaiting ?? defaultMaximum;
    pipe.onMessage((message) => {
      const read = lineMessageIn(message);
      if (read) this.#hear(read);
    });
    pipe.onClose(() => {
      for (const id of [...this.#questions.keys()]) this.#take(id)?.fail(new NoAnswer('GONE'));
    });
  }

  /** False from when the other end is gone. */
  get isOpen(): boolean {
    return this.#pipe.isOpen;
  }

  /** Lets the other end call the methods of something. */
  serve(name: string, thing: object): void {
    this.#served.set(name, thing);
  }

  /** Something that the other end serves; its methods throw `NoAnswer`. */
  remote<Name extends keyof Theirs & string>(service: Name): Remote<Theirs[Name]> {
    const call = (method: string) => {
      return (...values: unknown[]): Promise<unknown> => this.#ask(service, method, values);
    };
    return new Proxy({} as Remote<Theirs[Name]>, {
      // What has a `then` would be taken for a promise.
      get: (_target, method) => (typeof method === 'string' && method !== 'then' ? call(method) : undefined),
    });
  }

  /** Calls a method without waiting for anything. @returns false where it had to be dropped. */
  tell<Name extends keyof Theirs & string, Method extends keyof Theirs[Name] & string>(
    service: Name,
    method: Method,
    ...values: Theirs[Name][Method] extends (...values: infer Values) => unknown ? Values : never
  ): boolean {
    const isSent = this.#send({ kind: 'tell', service, method, values: [...values] as unknown[] });
    this.#hasDropped ||= !isSent;
    return isSent;
  }

  /** Told when all is said that was not dropped, after something was. */
  onSaidAgain(listener: () => void): void {
    this.#onSaidAgain.push(listener);
  }

  #ask(service: string, method: string, values: unknown[]): Promise<unknown> {
    if (!this.isOpen) return Promise.reject(new NoAnswer('GONE'));
    if (this.#questions.size >= this.#maximum) return Promise.reject(new NoAnswer('BUSY'));
    this.#asked += 1;
    const id = this.#asked;
    return new Promise((answer, fail) => {
      // An answer that is there already counts, also where it was this process that was slow to look.
      const giveUp = (): void => void setImmediate(() => this.#take(id)?.fail(new NoAnswer('LATE')));
      this.#questions.set(id, { answer, fail, timer: setTimeout(giveUp, this.#patienceMs).unref() });
      if (!this.#send({ kind: 'ask', id, service, method, values }))
        this.#take(id)?.fail(new NoAnswer('BUSY'));
    });
  }

  #take(id: number): Question | undefined {
    const question = this.#questions.get(id);
    this.#questions.delete(id);
    clearTimeout(question?.timer);
    return question;
  }

  #hear(message: LineMessage): void {
    if (message.kind === 'ask') void this.#reply(message);
    else if (message.kind === 'tell') void this.#call(message).catch(() => undefined);
    else if (message.kind === 'answer') this.#take(message.id)?.answer(message.value);
    else this.#take(message.id)?.fail(new NoAnswer(message.code));
  }

  async #reply(asked: LineMessage & { readonly kind: 'ask' }): Promise<void> {
    const { id } = asked;
    try {
      this.#send({ kind: 'answer', id, value: await this.#call(asked) });
    } catch (error) {
      this.#send({ kind: 'refusal', id, code: error instanceof NoAnswer ? error.code : 'FAILED' });
    }
  }

  async #call({
    service,
    method,
    values,
  }: Pick<LineMessage & { kind: 'ask' }, 'service' | 'method' | 'values'>) {
    const thing = this.#served.get(service) as Record<string, unknown> | undefined;
    const called = thing?.[method];
    if (typeof called !== 'function') throw new NoAnswer('UNKNOWN_METHOD');
    return (await Reflect.apply(called, thing, values)) as unknown;
  }

  #saidAgain(): void {
    this.#hasDropped = false;
    for (const listener of this.#onSaidAgain) listener();
  }

  #send(message: LineMessage): boolean {
    if (!this.isOpen || this.#onTheirWay >= this.#maximum) return false;
    this.#onTheirWay += 1;
    this.#pipe.send(message, (error) => {
      this.#onTheirWay -= 1;
      // What broke is said to be open for a while, and what is said then fails within the same turn of the event loop: to
      // go on from there would be to go on forever.
      if (error) this.#hasDropped = true;
      else if (this.#hasDropped && this.#onTheirWay === 0) this.#saidAgain();
    });
    return true;
  }
}
