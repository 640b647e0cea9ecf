import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { Agent, request } from 'undici';
import { type RawData, WebSocket } from 'ws';
import { closesAfterwards } from '../closing.js';
import { type ClientAnswer } from '../gateway/gateway-under-test.js';
import { type Part, PartReader } from './multipart.js';
import { type RouterMessage } from './router.js';

/** A protocol for results, a column of the table of behaviour. */
export type Protocol = 'JSON' | 'SSE' | 'multipart' | 'WebSocket' | 'callback';

/** A way in which an operation can arrive. */
export interface Way {
  readonly protocol: Protocol;
  /** Undefined: not by HTTP. */
  readonly method?: 'GET' | 'POST';
  readonly path?: string;
}

/** Every way. */
export const ways: readonly Way[] = [
  { protocol: 'JSON', method: 'POST' },
  { protocol: 'JSON', method: 'GET' },
  { protocol: 'SSE', method: 'POST' },
  { protocol: 'SSE', method: 'GET' },
  { protocol: 'SSE', method: 'POST', path: '/graphql/stream' },
  { protocol: 'multipart', method: 'POST' },
  { protocol: 'multipart', method: 'GET' },
  { protocol: 'WebSocket' },
  { protocol: 'callback', method: 'POST' },
];

/** An operation that was sent, and everything that came back. */
export interface Watched {
  /** Each result and each end, in the words of its protocol. */
  readonly seen: string[];
  /** Data of the results. */
  readonly data: unknown[];
  heartbeats: number;
  /** Takes no more, until it is called with false. */
  pause(isPaused?: boolean): void;
  leave(): void;
}

type Headers = Readonly<Record<string, string>>;

const accepts: Readonly<Partial<Record<Protocol, string>>> = {
  JSON: 'application/json',
  SSE: 'text/event-stream',
  multipart: 'multipart/mixed;subscriptionSpec="1.0"',
  callback: 'application/json;callbackSpec=1.0',
};

/** Sends an operation, and receives its results until the test ends. @param headers its credentials. */
export async function watch(
  { url, router }: { readonly url: string; readonly router: CallbackRouter },
  way: Way,
  query: string,
  headers: Headers = {},
): Promise<Watched> {
  const watched: Watched = {
    seen: [],
    data: [],
    heartbeats: 0,
    pause: () => undefined,
    leave: () => undefined,
  };
  if (way.protocol === 'WebSocket') await overSocket(watched, url, query, headers);
  else if (way.protocol === 'callback') await router.subscribe(watched, url, query, headers);
  else await overHttp(watched, url, way, { query }, headers);
  closesAfterwards({
    close() {
      watched.leave();
    },
  });
  return watched;
}

/** Notes a result. */
function note(watched: Watched, word: string, result: ClientAnswer<unknown> | null | undefined): void {
  const codes = (result?.errors ?? []).map(({ extensions }) => extensions?.code);
  if (result?.data != null) watched.data.push(result.data);
  const what = [...(result?.data != null ? ['data'] : []), ...codes];
  watched.seen.push(`${word} ${what.join(' and ')}`.trim());
}

async function overHttp(
  watched: Watched,
  url: string,
  { protocol, method = 'POST', path = '/graphql' }: Way,
  body: { readonly query: string; readonly extensions?: object },
  headers: Headers,
): Promise<void> {
  const dispatcher = new Agent();
  const isGet = method === 'GET';
  const search = isGet ? `?query=${encodeURIComponent(body.query)}` : '';
  const answer = await request(`${url}${path}${search}`, {
    method,
    dispatcher,
    headers: {
      accept: accepts[protocol] ?? '',
      ...(isGet ? { 'apollo-require-preflight': '1' } : { 'content-type': 'application/json' }),
      ...headers,
    },
    ...(!isGet && { body: JSON.stringify(body) }),
  });
  watched.leave = () => void dispatcher.destroy();
  if (String(answer.headers['content-type']).includes('json')) {
    note(watched, `status ${answer.statusCode}`, (await answer.body.json()) as ClientAnswer<unknown>);
    return;
  }
  let resume: (() => void) | undefined;
  let paused: Promise<void> | undefined;
  watched.pause = (isPaused = true) => {
    if (isPaused) paused = new Promise((resolve) => (resume = resolve));
    else resume?.();
  };
  const read = protocol === 'SSE' ? eventReader(watched) : partReader(watched);
  void (async () => {
    let isWhole = false;
    try {
      for await (const text of answer.body.setEncoding('utf8') as AsyncIterable<string>) {
        if (paused) await paused;
        isWhole = read(text);
      }
    } catch {
      isWhole = true; // the test has left
    }
    if (!isWhole) watched.seen.push('closed');
  })();
}

function eventReader(watched: Watched): (text: string) => boolean {
  let rest = '';
  let isComplete = false;
  return (text) => {
    const events = (rest + text).split('\n\n');
    rest = events.pop() ?? '';
    for (const event of events) {
      const data = /^data: (.*)$/m.exec(event)?.[1];
      if (event === ':') watched.heartbeats += 1;
      else if (event.startsWith('event: next')) note(watched, '`next`', JSON.parse(data ?? '') as object);
      else watched.seen.push(`\`${event.replace(/^event: |\ndata:$/g, '')}\``);
      isComplete = event.startsWith('event: complete');
    }
    return isComplete;
  };
}

function partReader(watched: Watched): (text: string) => boolean {
  const reader = new PartReader();
  const notePart = ({ payload, errors }: Part): void => {
    if (payload === undefined) watched.heartbeats += 1;
    else if (payload) note(watched, '`payload`', payload);
    else note(watched, '`payload: null`', { errors });
  };
  return (text) => {
    reader.read(text).forEach(notePart);
    if (reader.hasEnded) watched.seen.push('last boundary');
    return reader.hasEnded;
  };
}

async function overSocket(watched: Watched, url: string, query: string, headers: Headers): Promise<void> {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', { headers });
  let isLeft = false;
  watched.leave = () => {
    isLeft = true;
    socket.terminate();
  };
  watched.pause = (isPaused = true) => {
    if (isPaused) socket.pause();
    else socket.resume();
  };
  const begun = new Promise<void>((resolve) => {
    socket.on('close', (code) => {
      if (!isLeft) watched.seen.push(`closed ${code}`);
      resolve();
    });
    socket.on('message', (raw: RawData) => {
      const { type, payload, id } = JSON.parse((raw as Buffer).toString()) as {
        readonly type: string;
        readonly id?: string;
        readonly payload: never;
      };
      const send = (operation: string, text: string) => {
        socket.send(JSON.stringify({ id: operation, type: 'subscribe', payload: { query: text } }));
      };
      if (type === 'connection_ack') {
        send('1', query);
        send('2', '{ __typename }'); // answered after the gateway has read the first
      } else if (id === '2') resolve();
      else if (type === 'next') note(watched, '`next`', payload);
      else if (type === 'error') note(watched, '`error`', { errors: payload });
      else watched.seen.push(`\`${type}\``);
    });
  });
  socket.on('ping', () => (watched.heartbeats += 1)).on('error', () => undefined);
  await new Promise((resolve) => socket.once('open', resolve));
  socket.send(JSON.stringify({ type: 'connection_init' }));
  await begun;
}

/** A subscription of the router. */
interface RouterClient {
  readonly watched: Watched;
  readonly waiting: ServerResponse[];
  isPaused: boolean;
}

/** A router for all subscriptions by callback. It answers each message, later for a subscription that is paused. */
export class CallbackRouter {
  readonly #clients = new Map<string, RouterClient>();
  readonly #server = createServer((incoming, response) => {
    let text = '';
    incoming.on('data', (chunk: Buffer) => (text += chunk.toString()));
    incoming.on('end', () => {
      const { id, action, payload, errors } = JSON.parse(text) as RouterMessage;
      const client = this.#clients.get(id);
      if (!client) return response.writeHead(404).end();
      if (action === 'check') client.watched.heartbeats += 1;
      else note(client.watched, `\`${action}\``, payload ?? { errors });
      if (client.isPaused) return client.waiting.push(response);
      return response.writeHead(204).end();
    });
  });

  /** Starts to listen. @returns its origin. */
  async start(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, '127.0.0.1', resolve));
    return this.origin;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  async close(): Promise<void> {
    this.#server.closeAllConnections();
    await new Promise((resolve) => this.#server.close(resolve));
  }

  /** Sends an operation with the request for callbacks. */
  async subscribe(watched: Watched, url: string, query: string, headers: Headers): Promise<void> {
    const id = String(this.#clients.size);
    const client: RouterClient = { watched, waiting: [], isPaused: false };
    this.#clients.set(id, client);
    const subscription = {
      callbackUrl: this.origin,
      subscriptionId: id,
      verifier: 'v',
      heartbeatIntervalMs: 5000,
    };
    await overHttp(watched, url, { protocol: 'callback' }, { query, extensions: { subscription } }, headers);
    watched.leave = () => this.#clients.delete(id);
    watched.pause = (isPaused = true) => {
      client.isPaused = isPaused;
      if (!isPaused) for (const response of client.waiting.splice(0)) response.writeHead(204).end();
    };
  }
}
