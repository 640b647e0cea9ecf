import { type Dispatcher } from 'undici';
import { type TransportAnswer } from './transport.js';

type Controller = Dispatcher.DispatchController;

/** What some layers write before JSON, and no JSON begins with. */
const byteOrderMark = /^\uFEFF/;

/**
 * One request on its way: takes its answer as undici reads it from the connection, until one deadline. An answer is
 * parsed whole, so what `Pool.request` makes besides (a stream for the body, a signal and its listeners) would be thrown
 * away; they cost several times what is left.
 */
export class Exchange implements Dispatcher.DispatchHandler {
  /** Rejects with what broke the connection off. */
  readonly answer: Promise<TransportAnswer>;
  isTimedOut = false;
  #resolve!: (answer: TransportAnswer) => void;
  #reject!: (error: Error) => void;
  readonly #deadline: NodeJS.Timeout;
  #controller: Controller | undefined;
  #status = 0;
  #headers: TransportAnswer['headers'] = {};
  #chunks: Buffer[] = [];

  constructor(timeoutMs: number) {
    this.answer = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#deadline = setTimeout(() => {
      this.isTimedOut = true;
      if (this.#controller) this.#breakOff(this.#controller);
    }, timeoutMs).unref();
  }

  /** The request has a connection: what is late by then does not leave. */
  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.isTimedOut) this.#breakOff(controller);
  }

  onResponseStart(_controller: Controller, status: number, headers: TransportAnswer['headers']): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(_controller: Controller, chunk: Buffer): void {
    this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    clearTimeout(this.#deadline);
    const [only] = this.#chunks;
    const bytes = only && this.#chunks.length === 1 ? only : Buffer.concat(this.#chunks);
    const text = bytes.toString('utf8').replace(byteOrderMark, '');
    this.#resolve({ status: this.#status, headers: this.#headers, text });
  }

  onResponseError(_controller: Controller, error: Error): void {
    clearTimeout(this.#deadline);
    this.#reject(error);
  }

  #breakOff(controller: Controller): void {
    controller.abort(new Error('the deadline has passed'));
  }
}
