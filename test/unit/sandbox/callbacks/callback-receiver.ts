import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

/** A received callback. */
export interface Arrival {
  path: string;
  type: string | undefined;
  text: string;
  fields: Record<string, string | null>;
  at: number;
}

/** Status of the response to a callback; undefined: no response at all. */
type Answering = (arrival: Arrival, before: readonly Arrival[]) => number | undefined;

/** A real HTTP server that records the callbacks it receives. */
export class CallbackReceiver {
  readonly arrivals: Arrival[] = [];
  /** Maximum number of open requests, and number of connections closed before a response. */
  mostOpen = 0;
  broken = 0;
  answering: Answering = () => 200;
  /** Delay of responses. */
  answerAfterMs = 0;
  readonly #server: Server;
  #open = 0;

  private constructor() {
    this.#server = createServer((request, response) => void this.#hear(request, response));
  }

  static async start(): Promise<CallbackReceiver> {
    const receiver = new CallbackReceiver();
    await new Promise<void>((resolve) => receiver.#server.listen(0, '127.0.0.1', resolve));
    return receiver;
  }

  url(path: string): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}${path}`;
  }

  /** Fields of the callbacks received at a path. */
  at(path: string): Record<string, string | null>[] {
    return this.arrivals.filter((arrival) => arrival.path === path).map((arrival) => arrival.fields);
  }

  async stop(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    this.#open += 1;
    this.mostOpen = Math.max(this.mostOpen, this.#open);
    response.on('close', () => {
      this.#open -= 1;
      if (!response.writableEnded) this.broken += 1;
    });
    let text = '';
    for await (const chunk of request) text += String(chunk);
    const type = request.headers['content-type'];
    const arrival = {
      path: request.url ?? '',
      type,
      text,
      fields: fieldsOf(text, type),
      at: performance.now(),
    };
    const status = this.answering(arrival, [...this.arrivals]);
    this.arrivals.push(arrival);
    if (status === undefined) return;
    if (this.answerAfterMs > 0) await sleep(this.answerAfterMs);
    response.writeHead(status, status === 302 ? { location: '/elsewhere' } : {}).end('heard');
  }
}

function fieldsOf(text: string, type: string | undefined): Record<string, string | null> {
  if (type === 'application/json') return JSON.parse(text) as Record<string, string | null>;
  return Object.fromEntries(new URLSearchParams(text));
}

/** Waits up to ten seconds for a condition. */
export async function eventually(condition: () => boolean): Promise<void> {
  const deadline = performance.now() + 10_000;
  while (!condition()) {
    if (performance.now() > deadline) throw new Error(`Never came true: ${condition.toString()}`);
    await sleep(5);
  }
}
