import { isAscii } from 'node:buffer';
import { type Dispatcher, errors, Pool } from 'undici';
import { JoinedChunks } from '../../domain/joined-chunks.js';
import { type CallOrigin } from '../../domain/requests/request-trace.js';
import { type UpstreamServer } from '../../domain/telemetry.js';
import { utf8Text } from '../../domain/text.js';
import { UpstreamFailure } from '../../domain/upstream-failure.js';
import { contentEncodings, decoded } from './content-encoding.js';
import { maximumReads, maximumWrites } from './resilience/bulkhead.js';
import { type LargeBody, LargeBodies, type LargeBodyRequest } from './resilience/large-bodies.js';
import { failureOfRequest } from './failure.js';
import { type Headers } from './wire/headers.js';

type Controller = Dispatcher.DispatchController;

/** More than any response of a thousand rows, compressed or not. A larger one is a fault and must not fill the memory. */
export const largestResponseBytes = 16 * 1024 * 1024;

/** Smaller bodies are not bounded together. Most pages of 20 campaigns and of 50 messages are smaller. */
const largeBytes = 64 * 1024;

/** Assumed of a body without a stated length until it has more: a page of 1,000 rows has less. */
const usualBytes = 1024 * 1024;

/** Memory of a text that is not all ASCII, and of the values parsed from it: twice the size of the body. */
const bytesPerCharacter = 2;

/** Address, credentials and timeout of the upstream. */
export interface TransportOptions {
  /** Scheme, host and port. */
  readonly baseUrl: string;
  readonly apiKey: string;
  readonly apiToken: string;
  /** Timeout of connecting, and the default of a request. */
  readonly timeoutMs: number;
  /** The largest response; 16 MiB if omitted. */
  readonly maximumResponseBytes?: number;
  /** Memory of all large responses together, except those to exports. */
  readonly largeBodies?: LargeBodies;
  /** The same for exports. */
  readonly largeExportBodies?: LargeBodies;
}

/** A request; `path` is complete and encoded. */
export interface TransportRequest {
  readonly method: 'GET' | 'POST' | 'PUT';
  readonly path: string;
  readonly body?: unknown;
  /** In addition to those of every request. */
  readonly headers?: Readonly<Record<string, string>>;
}

/** A response before it is read. */
export interface TransportResponse {
  readonly status: number;
  readonly headers: Headers;
  readonly text: string;
}

/** Reads a response as soon as it is complete, without a promise of its own. */
export interface ResponseReader<T> {
  /** Called with the response; the request rejects with what it throws. */
  responded(response: TransportResponse): T;
  /** Called if no response comes. */
  failed(failure: UpstreamFailure): void;
}

/** HTTP to the upstream over persistent connections: one attempt, one timeout, no retries, no redirects. */
export class Transport {
  readonly #pool: InstanceType<typeof Pool>;
  readonly #timeoutMs: number;
  readonly #largeBodies: LargeBodies;
  readonly #largeExportBodies: LargeBodies;
  readonly #maximumBytes: number;
  readonly #headers: Record<string, string>;
  readonly #bodyHeaders: Record<string, string>;
  /** For logs and traces. */
  readonly server: UpstreamServer;

  constructor(options: TransportOptions) {
    const { baseUrl, apiKey, apiToken, timeoutMs, maximumResponseBytes = largestResponseBytes } = options;
    this.#timeoutMs = timeoutMs;
    this.#maximumBytes = maximumResponseBytes;
    this.#largeBodies = options.largeBodies ?? new LargeBodies(maximumResponseBytes);
    this.#largeExportBodies = options.largeExportBodies ?? new LargeBodies(maximumResponseBytes);
    const { origin, hostname, port, protocol } = new URL(baseUrl);
    this.server = {
      origin,
      host: hostname.replace(/^\[|\]$/g, ''), // an IPv6 address
      port: Number(port) || (protocol === 'https:' ? 443 : 80),
    };
    this.#headers = {
      authorization: `Basic ${Buffer.from(`${apiKey}:${apiToken}`).toString('base64')}`,
      accept: 'application/json',
      // Responses are small, and a proxy that compresses can break them. Some compress all the same: content-encoding.ts.
      'accept-encoding': 'identity',
    };
    this.#bodyHeaders = { ...this.#headers, 'content-type': 'application/json' };
    this.#pool = new Pool(baseUrl, {
      connections: maximumReads + maximumWrites,
      maxResponseSize: maximumResponseBytes,
      // The timeout of the exchange covers both; undici's own timers are coarse.
      headersTimeout: 0,
      bodyTimeout: 0,
      connect: { timeout: timeoutMs },
    });
  }

  /**
   * Sends a request.
   * @param timeoutMs from sending to the last byte of the response.
   * @param origin holds the memory of a large response until it is answered itself.
   * @throws UpstreamFailure `unreachable` (never sent), `timeout`, or `unavailable` (the connection broke).
   */
  send<T>(
    { method, path, body, headers: more }: TransportRequest,
    reader: ResponseReader<T>,
    timeoutMs = this.#timeoutMs,
    origin?: Pick<CallOrigin, 'memory' | 'isExport'>,
  ): Promise<T> {
    const largeBodies = origin?.isExport ? this.#largeExportBodies : this.#largeBodies;
    const exchange = new Exchange(reader, {
      timeoutMs,
      largeBodies,
      maximumBytes: this.#maximumBytes,
      origin,
    });
    const hasBody = body !== undefined;
    const usual = hasBody ? this.#bodyHeaders : this.#headers;
    const headers = more ? { ...usual, ...more } : usual;
    try {
      this.#pool.dispatch({ method, path, headers, body: hasBody ? JSON.stringify(body) : null }, exchange);
    } catch (error) {
      exchange.fail(error);
    }
    return exchange.result;
  }

  /** Aborts requests in flight and closes the connections. */
  async close(): Promise<void> {
    await this.#pool.destroy();
  }
}

interface ExchangeOptions {
  readonly timeoutMs: number;
  readonly largeBodies: LargeBodies;
  /** Maximum size of the body, compressed or not. */
  readonly maximumBytes: number;
  readonly origin: Pick<CallOrigin, 'memory'> | undefined;
}

/**
 * A request in flight. `Pool.request` would also create a body stream, and a signal with listeners, which cost several times as
 * much as the rest.
 */
class Exchange<T> implements Dispatcher.DispatchHandler {
  /** Result of the reader. Rejects with what it threw, or with an UpstreamFailure. */
  readonly result: Promise<T>;
  readonly #reader: ResponseReader<T>;
  readonly #options: ExchangeOptions;
  readonly #timer: NodeJS.Timeout;
  #resolve!: (result: T) => void;
  #reject!: (error: Error) => void;
  #isTimedOut = false;
  #isTooLarge = false;
  /** All of the body has come. */
  #isComplete = false;
  #controller: Controller | undefined;
  #status = 0;
  #headers: Headers = {};
  #pieces: Buffer[] = [];
  readonly #chunks = new JoinedChunks();
  #bytes = 0;
  #large: LargeBody | undefined;
  /** Bytes of the body that need no more room. */
  #boundBytes = largeBytes;

  constructor(reader: ResponseReader<T>, options: ExchangeOptions) {
    this.#reader = reader;
    this.#options = options;
    this.result = new Promise((resolve, reject) => {
      this.#resolve = resolve;
      this.#reject = reject;
    });
    this.#timer = setTimeout(() => {
      this.#isTimedOut = true;
      this.#end();
    }, options.timeoutMs).unref();
  }

  /** A request that gets its connection after the timeout is not sent. */
  onRequestStart(controller: Controller): void {
    this.#controller = controller;
    if (this.#isTimedOut) abort(controller);
  }

  onResponseStart(_controller: Controller, status: number, headers: Headers): void {
    this.#status = status;
    this.#headers = headers;
  }

  onResponseData(controller: Controller, chunk: Buffer): void {
    this.#pieces.push(...this.#chunks.add(chunk));
    this.#bytes += chunk.length;
    if (this.#bytes <= this.#boundBytes) return;
    const { maximumBytes } = this.#options;
    const stated = Number(this.#headers['content-length']);
    const isStated = stated >= this.#bytes;
    if (isStated && stated > maximumBytes) {
      controller.abort(new errors.ResponseExceededMaxSizeError()); // as the pool does, before all of it has come
      return;
    }
    const assumed = isStated ? stated : this.#bytes <= usualBytes ? usualBytes : maximumBytes;
    const bytes = (this.#boundBytes = Math.min(assumed, maximumBytes));
    const size = { bytes: bytesPerCharacter * bytes, leastBytes: isStated ? bytes : this.#bytes };
    const hasRoom = this.#enter(size, () => {
      controller.resume();
    });
    if (!hasRoom) controller.pause();
  }

  /**
   * Exchanges the room that it has for room of this size.
   * @returns false if it has to wait: at most for the timeout, which restarts afterwards.
   */
  #enter(size: Pick<LargeBodyRequest, 'bytes' | 'leastBytes'>, begin: () => void): boolean {
    // Later: undici's parser can't read one response within a callback of another.
    const unlessOver = (next: () => void) => () =>
      setImmediate(() => {
        if (this.#isTimedOut) return;
        this.#timer.refresh();
        next();
      });
    const before = this.#large;
    const large = (this.#large = this.#options.largeBodies.enter({
      ...size,
      owner: this.#options.origin ?? this,
      begin: unlessOver(begin),
      refuse: unlessOver(() => {
        this.#isTooLarge = true;
        this.#end();
      }),
    }));
    const { hasRoom } = large;
    before?.release(); // after it has entered, so that its request keeps its turn
    return hasRoom;
  }

  /** Ends the exchange early. */
  #end(): void {
    if (this.#isComplete) this.fail(undefined);
    else if (this.#controller) abort(this.#controller);
  }

  onResponseEnd(): void {
    this.#isComplete = true;
    const rest = this.#chunks.end();
    if (rest) this.#pieces.push(rest);
    const encodings = this.#encodings();
    if (encodings.length === 0) this.#responded(this.#takeText());
    else this.#decode(encodings);
  }

  #encodings(): string[] {
    return contentEncodings(this.#headers['content-encoding'], this.#joined());
  }

  /** A small body may become the largest. */
  #decode(encodings: readonly string[]): void {
    const { maximumBytes } = this.#options;
    const decode = (): void => {
      void decoded(this.#joined(), encodings, maximumBytes)
        .then((body) => {
          // A body that can't be decoded counts as empty: the status is still valid.
          this.#pieces = body ? [body] : [];
          this.#bytes = body?.length ?? 0;
        })
        .then(() => {
          this.#responded(this.#takeText());
        });
    };
    const size = { bytes: bytesPerCharacter * maximumBytes, leastBytes: this.#bytes };
    if (this.#enter(size, decode)) decode();
  }

  /** The body as one piece. */
  #joined(): Buffer {
    const [first, second] = this.#pieces;
    if (first && !second) return first;
    const whole = Buffer.concat(this.#pieces);
    this.#pieces = [whole];
    return whole;
  }

  /**
   * Takes the text of the body, and drops its bytes, so that they can be collected while the text is parsed: no caller may keep
   * them.
   */
  #takeText(): string {
    const bytes = this.#joined();
    this.#pieces = [];
    const text = utf8Text(bytes);
    this.#large?.completed(isAscii(bytes) ? bytes.length : bytesPerCharacter * text.length);
    return text;
  }

  #responded(text: string): void {
    if (this.#isTimedOut) return;
    clearTimeout(this.#timer);
    const { origin } = this.#options;
    const large = this.#large;
    try {
      this.#resolve(this.#reader.responded({ status: this.#status, headers: this.#headers, text }));
      // Its rows take the memory of a large body until their request is answered.
      if (large && this.#bytes > largeBytes && origin?.memory) origin.memory.hold(large.release);
      else if (large) setImmediate(large.release);
    } catch (error) {
      if (large) setImmediate(large.release); // nothing is left of it
      this.#reject(error as Error);
    }
  }

  onResponseError(_controller: Controller, error: Error): void {
    this.fail(error);
  }

  /** Ends the exchange without a response. */
  fail(error: unknown): void {
    clearTimeout(this.#timer);
    this.#pieces = []; // undici may hold this exchange for longer
    const isWaiting = this.#large?.hasRoom === false;
    this.#large?.release();
    const failure = this.#isTooLarge
      ? new UpstreamFailure('tooLarge')
      : isWaiting && this.#isTimedOut
        ? new UpstreamFailure('noRoom')
        : failureOfRequest(error, this.#isTimedOut, this.#status);
    this.#reject(failure); // first: an exception of the reader must not keep the request from ending
    this.#reader.failed(failure);
  }
}

function abort(controller: Controller): void {
  controller.abort(new Error('The request timed out.'));
}
