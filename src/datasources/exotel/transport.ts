import { type Dispatcher } from 'undici';
// Its front door loads fetch, WebSockets, caches and mocks as well: 90 files and 9 MB that nothing here uses.
import Pool from 'undici/lib/dispatcher/pool.js';
import { type AnswerReader, Exchange, maximumAnswerBytes } from './exchange.js';
import { maximumOpenRequests } from './policy/lanes.js';

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
