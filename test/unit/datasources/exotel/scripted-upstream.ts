import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type OutgoingHttpHeaders,
  type RequestListener,
  type Server,
} from 'node:http';
import { type AddressInfo } from 'node:net';
import { ExotelClient } from '../../../../src/datasources/exotel/client.js';
import { type SendPolicy } from '../../../../src/datasources/exotel/resilience/call-policy.js';
import { Transport, type TransportOptions } from '../../../../src/datasources/exotel/transport.js';

/** A request as received, with the target of its request line. */
export interface SeenRequest {
  readonly method: string;
  readonly target: string;
  readonly headers: IncomingHttpHeaders;
}

/** The clock of every client in these tests: 2026-01-02T03:04:05.678Z. */
export const now = Date.parse('2026-01-02T03:04:05.678Z');

/** A call policy without retries: these tests are about single responses. */
function oneTry(timeoutMs: number): SendPolicy {
  const send: SendPolicy['once'] = (_options, attempt) => attempt({ headers: undefined }, timeoutMs);
  return { once: send, retried: send };
}

/** A real HTTP server with scripted responses, behind the real transport and client. */
export class ScriptedUpstream {
  readonly requests: SeenRequest[] = [];
  connections = 0;
  /** Handles each request; `answers` sets a fixed response. */
  respond: RequestListener = (_request, response) => response.end();
  readonly #server: Server;
  readonly #transports: Transport[] = [];

  private constructor() {
    this.#server = createServer((request, response) => {
      this.requests.push({
        method: request.method ?? '',
        target: request.url ?? '',
        headers: request.headers,
      });
      this.respond(request, response);
    });
    this.#server.keepAliveTimeout = 60_000; // longer than the idle timeout of any client
    this.#server.on('connection', () => {
      this.connections += 1;
    });
  }

  static async start(): Promise<ScriptedUpstream> {
    const upstream = new ScriptedUpstream();
    upstream.#server.listen(0, '127.0.0.1');
    await once(upstream.#server, 'listening');
    return upstream;
  }

  get baseUrl(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sends this body to every request from now on: text as it is, anything else as JSON. */
  answers(body: unknown, status = 200, headers: OutgoingHttpHeaders = {}): void {
    this.respond = (_request, response) => {
      response.writeHead(status, headers).end(typeof body === 'string' ? body : JSON.stringify(body));
    };
  }

  /** Responds with one successful item with this data. */
  answersItem(data: unknown): void {
    this.answers({ http_code: 200, response: { code: 200, status: 'success', data } });
  }

  transport(options: Partial<TransportOptions> = {}): Transport {
    const transport = new Transport({
      baseUrl: this.baseUrl,
      apiKey: 'key',
      apiToken: 'token',
      timeoutMs: 20_000,
      ...options,
    });
    this.#transports.push(transport);
    return transport;
  }

  client(options: Partial<TransportOptions> = {}): ExotelClient {
    return new ExotelClient({
      transport: this.transport(options),
      policy: oneTry(options.timeoutMs ?? 20_000),
      accountSid: 'Exotel',
      now: () => now,
    });
  }

  async stop(): Promise<void> {
    await Promise.all(this.#transports.map((transport) => transport.close()));
    this.#server.closeAllConnections();
    this.#server.close();
  }
}

/** The rejection reason of a promise; fails if the promise resolves. */
export async function rejectionOf(promise: Promise<unknown>): Promise<unknown> {
  return promise.then(
    (value) => Promise.reject(new Error(`Not rejected: ${JSON.stringify(value)}`)),
    (error: unknown) => error,
  );
}
