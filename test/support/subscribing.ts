import { createClient as createStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { Agent, fetch, request, type RequestInit } from 'undici';
import { WebSocket } from 'ws';
import { type ClientAnswer, type ClientError } from './gateway-under-test.js';

/** How a client subscribes. */
export type LiveTransport = 'ws' | 'sse';

/** Both, for `it.each`. */
export const transports: readonly LiveTransport[] = ['ws', 'sse'];

/** What a subscriber shows: as headers of an event stream, as `connectionParams` of a WebSocket. */
export type Shown = Readonly<Record<string, string>>;

/** What a client variable is. */
export type Variables = Readonly<Record<string, unknown>>;

/** One subscriber; everything that it was sent, in order. */
export interface Subscriber<Data> {
  /** The data of each event. */
  readonly events: readonly Data[];
  /** The errors of the subscription and of its events; a connection that broke is one too. */
  readonly errors: readonly ClientError[];
  /** True when nothing more will come, whoever ended it. */
  readonly hasEnded: () => boolean;
  /** Waits for so many events or errors, and fails where they do not come in time. */
  next(count: number, withinMs?: number): Promise<readonly Data[]>;
  /** Leaves. */
  close(): Promise<void>;
}

/** What a transport tells. */
interface Sink {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

const opened: { close(): Promise<void> }[] = [];
const lookEveryMs = 5;

/** Waits for something to become true; a question that takes time is asked again only when it is answered. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 20_000,
  what = 'it',
): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** All that was subscribed to leaves. */
export async function leaveAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((one) => one.close()));
}

/**
 * Subscribes, or runs any other operation.
 * @returns once the gateway listens for it, or has refused it.
 */
export async function subscribe<Data>(
  gatewayUrl: string,
  transport: LiveTransport,
  query: string,
  variables: Variables = {},
  shown: Shown = {},
): Promise<Subscriber<Data>> {
  const events: Data[] = [];
  const errors: ClientError[] = [];
  let hasEnded = false;
  const sink: Sink = {
    next: (value) => {
      const answer = value as ClientAnswer<Data>;
      if (answer.data != null) events.push(answer.data);
      errors.push(...(answer.errors ?? []));
    },
    error: (error) => {
      hasEnded = true;
      errors.push(...(Array.isArray(error) ? (error as ClientError[]) : [brokenBy(error)]));
    },
    complete: () => (hasEnded = true),
  };
  const open = transport === 'ws' ? openSocket : openStream;
  const close = await open({ gatewayUrl, query, variables, shown, hasEnded: () => hasEnded }, sink);
  const subscriber: Subscriber<Data> = {
    events,
    errors,
    hasEnded: () => hasEnded,
    next: async (count, withinMs = 20_000) => {
      const got = (): number => events.length + errors.length;
      await until(() => got() >= count, withinMs, `${count} events`).catch((error: unknown) => {
        throw new Error(`${String(error)}: ${got()} of them came`);
      });
      return events;
    },
    close: async () => {
      await close();
      await until(() => hasEnded);
    },
  };
  opened.push(subscriber);
  return subscriber;
}

interface Opening {
  readonly gatewayUrl: string;
  readonly query: string;
  readonly variables: Variables;
  readonly shown: Shown;
  readonly hasEnded: () => boolean;
}

async function openSocket(opening: Opening, sink: Sink): Promise<() => Promise<void>> {
  const { gatewayUrl, query, variables, shown, hasEnded } = opening;
  const url = `${gatewayUrl.replace('http', 'ws')}/graphql`;
  const client = createSocketClient({
    url,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
    connectionParams: { ...shown },
  });
  const leave = client.subscribe({ query, variables: { ...variables } }, sink);
  // What is asked behind it on the same connection is answered after it was taken.
  await new Promise<void>((resolve) => {
    const answered = (): void => {
      resolve();
    };
    client.subscribe({ query: '{ __typename }' }, { next: answered, error: answered, complete: answered });
  });
  if (query.trimStart().startsWith('subscription') && !hasEnded()) await isListenedTo(opening);
  return async () => {
    leave();
    await client.dispose();
  };
}

/** A socket does not say when it listens; a stream does, and who comes after another listens after it. */
async function isListenedTo({ gatewayUrl, query, variables, shown }: Opening): Promise<void> {
  const dispatcher = new Agent();
  await request(`${gatewayUrl}/graphql/stream`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', accept: 'text/event-stream', ...shown },
    body: JSON.stringify({ query, variables }),
  }).then(({ body }) => body.on('error', () => undefined));
  await dispatcher.destroy();
}

async function openStream(opening: Opening, sink: Sink): Promise<() => Promise<void>> {
  const { gatewayUrl, query, variables, shown } = opening;
  // A dispatcher that is left open connects again when a stream is aborted.
  const dispatcher = new Agent();
  return new Promise((resolve) => {
    const answered = (): void => {
      resolve(() => {
        leave();
        return dispatcher.destroy();
      });
    };
    const client = createStreamClient({
      url: `${gatewayUrl}/graphql/stream`,
      retryAttempts: 0,
      headers: { ...shown },
      fetchFn: (target: string, init: RequestInit) => fetch(target, { ...init, dispatcher }),
      on: { connected: answered },
    });
    const failed: Sink = {
      ...sink,
      error: (error) => {
        sink.error(error);
        answered();
      },
    };
    const leave = client.subscribe({ query, variables: { ...variables } }, failed);
  });
}

function brokenBy(error: unknown): ClientError {
  const { code, message } = error as { readonly code?: number | string; readonly message?: string };
  return { message: message ?? 'The connection was closed.', extensions: { code: String(code ?? 'CLOSED') } };
}

/** How a callback is written. */
export interface CallbackWriting {
  /** As a form rather than as JSON. */
  readonly form?: boolean;
  /** What it says that it is, where that is not what it is. */
  readonly contentType?: string;
}

/** Posts a callback as the upstream does; text goes as it is. */
export async function postCallback(
  url: string,
  body: Readonly<Record<string, string | null>> | string,
  { form = false, contentType }: CallbackWriting = {},
): Promise<{ readonly status: number; readonly text: string }> {
  const pairs = (): [string, string][] =>
    Object.entries(body as Readonly<Record<string, string | null>>).map(([name, value]) => [
      name,
      value ?? '',
    ]);
  const written = form ? new URLSearchParams(pairs()).toString() : JSON.stringify(body);
  const answer = await request(url, {
    method: 'POST',
    headers: {
      'content-type': contentType ?? (form ? 'application/x-www-form-urlencoded' : 'application/json'),
    },
    body: typeof body === 'string' ? body : written,
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}
