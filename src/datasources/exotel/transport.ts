import { type Dispatcher, Pool } from 'undici';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { contentEncodings, decoded } from './content-encoding.js';
import { maximumOpenRequests } from './resilience/bulkhead.js';
import { utf8Text } from './wire/utf8-text.js';

type Controller = Dispatcher.DispatchController;

/** More than any answer of 50 rows can be, compressed or not; a larger one is a fault and must not fill our memory. */
const maximumAnswerBytes = 16 * 1024 * 1024;

/** Errors of a connection that was never made: the request certainly did not leave. */
const neverSent = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EAI_AGAIN',
  'EHOSTUNREACH',
  'ENETUNREACH',
  'EADDRNOTAVAIL',
  'UND_ERR_CONNECT_TIMEOUT',
]);

/** Who reads an answer as soon as it is there: what it makes of it needs no promise of its own. */
export interface AnswerReader<T> {
  /** An answer came; what this throws, the request fails with. */
  answered(answer: TransportAnswer): T;
  /** None will come. */
  failed(failure: UpstreamFailure): void;
}

/**
 * One request on its way: takes its answer as undici reads it from the connection, until one deadline. An answer is
 * parsed whole, so what `Pool.request` makes besides (a stream for the body, a signal and its listeners) would be thrown
 * away; they cost several times what is left.
 */
class Exchange<T> implements Dispatcher.DispatchHandler {
  /** What the reader made of the answer; rejects with what it threw, or an UpstreamFailure: why there is none. */
  readonly read: Promise<T>;
  readonly #reader: AnswerReader<T>;
  #isTimedOut = false;
  #resolve!: (read: T) => void;
  #reject!: (error: Error) => void;
  readonly #deadline: NodeJS.Timeout;
  #controller: Controller | undefined;
  #status = 0;
  #headers: TransportAnswer['headers'] = {};
  #chunks: Buffer[] = [];

  constructor(reader: AnswerReader<T>, timeoutMs: number) {
    this.#reader = reader;
    this.read = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#deadline = setTimeout(() => {
      this.#isTimedOut = true;
      if (this.#controller) this.#breakOff(this.#controller);
    }, timeoutMs).unref();
  }

  /** The request has a connection: what is late by then does not leave. */
  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isTimedOut) this.#breakOff(controller);
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
    const encodings = contentEncodings(this.#headers['content-encoding'], bytes);
    if (encodings.length === 0) this.#answered(utf8Text(bytes));
    // The status line still says what happened where the body can't be decoded: that is read as an empty one.
    else
      void decoded(bytes, encodings, maximumAnswerBytes).then((body) => {
        this.#answered(body ? utf8Text(body) : '');
      });
  }

  #answered(text: string): void {
    const answer = { status: this.#status, headers: this.#headers, text };
    try {
      this.#resolve(this.#reader.answered(answer));
    } catch (error) {
      this.#reject(error as Error);
    }
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.fail(error);
  }

  /** There will be no answer. */
  fail(error: unknown): void {
    clearTimeout(this.#deadline);
    const failure = failureOf(error, this.#isTimedOut, this.#status);
    this.#reject(failure); // first: whoever is told beside must not keep the request from ending
    this.#reader.failed(failure);
  }

  #breakOff(controller: Controller): void {
    controller.abort(new Error('the deadline has passed'));
  }
}

function failureOf(error: unknown, isTimedOut: boolean, status: number): UpstreamFailure {
  const { code = '', syscall } = (error ?? {}) as { readonly code?: string; readonly syscall?: string };
  // A connection that breaks later may have the same code: then the request had left.
  const isConnecting = syscall === undefined || syscall === 'connect' || syscall === 'getaddrinfo';
  if (neverSent.has(code) && isConnecting) return new UpstreamFailure('unreachable');
  const isAccepted = status >= 200 && status < 300;
  return new UpstreamFailure(isTimedOut ? 'timeout' : 'unavailable', isAccepted ? { isAccepted } : {});
}

/** Where the upstream is, and how long one try may take. */
export interface TransportOptions {
  /** Scheme, host and port. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiToken: string;
  /** To make a connection, and for a request where nothing else is said. */
  readonly timeoutMs: number;
}

/** One request; `path` is complete and encoded. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
}

/** One answer, not yet read. */
export interface TransportAnswer {
  readonly status: number;
  readonly headers: Dispatcher.ResponseData['headers'];
  readonly text: string;
}

/** HTTP to the upstream over kept-alive connections: one try, one deadline, no retries, no redirects. */
export class Transport {
  readonly #pool: InstanceType<typeof Pool>;
  readonly #timeoutMs: number;
  readonly #headers: Record<string, string>;
  readonly #bodyHeaders: Record<string, string>;

  constructor({ baseUrl, apiKey, apiToken, timeoutMs }: TransportOptions) {
    this.#timeoutMs = timeoutMs;
    this.#headers = {
      authorization: `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`,
      accept: 'application/json',
      // Answers are small, and a proxy that compresses one can break it. Some compress all the same: content-encoding.ts.
      'accept-encoding': 'identity',
    };
    this.#bodyHeaders = { ...this.#headers, 'content-type': 'application/json' };
    this.#pool = new Pool(baseUrl, {
      connections: maximumOpenRequests,
      maxResponseSize: maximumAnswerBytes,
      // The one deadline below covers these; undici's own timers are coarse.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMs },
    });
  }

  /**
   * Sends one request and has its whole answer read.
   * @param timeoutMs from the first byte sent to the last byte read.
   * @throws UpstreamFailure `unreachable` (never left), `timeout`, or `unavailable` (the connection broke).
   */
  send<T>(
    { method, path, body }: TransportRequest,
    reader: AnswerReader<T>,
    timeoutMs = this.#timeoutMs,
  ): Promise<T> {
    const exchange = new Exchange(reader, timeoutMs);
    const hasBody = body !== undefined;
    const headers = hasBody ? this.#bodyHeaders : this.#headers;
    try {
      this.#pool.dispatch({ method, path, headers, body: hasBody ? JSON.stringify(body) : null }, exchange);
    } catch (error) {
      exchange.fail(error);
    }
    return exchange.read;
  }

  /** Ends what is in flight and closes the connections. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}
