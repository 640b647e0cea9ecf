import { createClient as createStreamClient } from 'graphql-sse';
import { createClient as createSocketClient } from 'graphql-ws';
import { Agent, fetch, request, type RequestInit } from 'undici';
import { WebSocket } from 'ws';
import { closesAfterwards } from '../closing.js';
import { type ClientAnswer, type ClientError } from '../gateway/gateway-under-test.js';
import { acceptsMultipart, PartReader, resultIn } from './multipart.js';

/** The transport of a subscription. */
export type LiveTransport = 'ws' | 'sse' | 'multipart';

/** All transports, for `it.each`. */
export const transports: readonly LiveTransport[] = ['ws', 'sse', 'multipart'];

/** Credentials of a subscriber: headers of a stream, or `connectionParams` of a WebSocket. */
export type Credentials = Readonly<Record<string, string>>;

/** The value of a variable. */
export type Variables = Readonly<Record<string, unknown>>;

/** A subscriber, with everything that it received in order. */
export interface Subscriber<Data> {
  /** The data of each event. */
  readonly events: readonly Data[];
  /** Errors of the subscription and of its events, including a broken connection. */
  readonly errors: readonly ClientError[];
  /** True after the end of the subscription, by either side. */
  readonly hasEnded: () => boolean;
  /** Waits for this many events or errors; fails after a timeout. */
  next(count: number, withinMs?: number): Promise<readonly Data[]>;
  /** Unsubscribes. */
  close(): Promise<void>;
}

/** Callbacks of a transport. */
interface Sink {
  next(value: unknown): void;
  error(error: unknown): void;
  complete(): void;
}

const lookEveryMs = 5;
const opened: Subscriber<unknown>[] = [];

/** Polls until a condition is true; asynchronous polls do not overlap. */
export async function until(
  isTrue: () => boolean | Promise<boolean>,
  withinMs = 60_000,
  what = 'it',
): Promise<void> {
  const giveUpAt = performance.now() + withinMs;
  while (!(await isTrue())) {
    if (performance.now() > giveUpAt) throw new Error(`${what} did not come true within ${withinMs} ms`);
    await new Promise((resolve) => setTimeout(resolve, lookEveryMs));
  }
}

/** Ends all subscriptions before the test ends. */
export async function leaveAll(): Promise<void> {
  await Promise.all(opened.splice(0).map((one) => one.close()));
}

/**
 * Subscribes, or runs any other operation.
 * @returns after the gateway has started or refused the subscription.
 */
export async function subscribe<Data>(
  gatewayUrl: string,
  transport: LiveTransport,
  query: string,
  variables: Variables = {},
  shown: Credentials = {},
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
  const open = { ws: openSocket, sse: openStream, multipart: openParts }[transport];
  const close = await open({ gatewayUrl, query, variables, shown, hasEnded: () => hasEnded }, sink);
  const subscriber: Subscriber<Data> = {
    events,
    errors,
    hasEnded: () => hasEnded,
    next: async (count, withinMs = 120_000) => {
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
  return closesAfterwards(subscriber);
}

interface Opening {
  readonly gatewayUrl: string;
  readonly query: string;
  readonly variables: Variables;
  readonly shown: Credentials;
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
  // The response to a later request on the same connection arrives after the subscription was accepted.
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

/** A WebSocket does not confirm a subscription, but an event stream does. A later stream starts after it. */
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
  // A dispatcher that stays open reconnects after a stream is aborted.
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

async function openParts(opening: Opening, sink: Sink): Promise<() => Promise<void>> {
  const { gatewayUrl, query, variables, shown } = opening;
  const dispatcher = new Agent();
  const { body, statusCode } = await request(`${gatewayUrl}/graphql`, {
    method: 'POST',
    dispatcher,
    headers: { 'content-type': 'application/json', accept: acceptsMultipart, ...shown },
    body: JSON.stringify({ query, variables }),
  });
  if (statusCode === 200) void readParts(body.setEncoding('utf8'), sink);
  else sink.error(((await body.json()) as ClientAnswer<unknown>).errors);
  return () => dispatcher.destroy();
}

async function readParts(texts: AsyncIterable<string>, sink: Sink): Promise<void> {
  const reader = new PartReader();
  try {
    for await (const text of texts)
      for (const part of reader.read(text)) {
        const result = resultIn(part);
        if (result) sink.next(result);
      }
    if (!reader.hasEnded) throw new Error('The stream ended without its last boundary.');
    sink.complete();
  } catch (error) {
    sink.error(error);
  }
}

function brokenBy(error: unknown): ClientError {
  const { code, message } = error as { readonly code?: number | string; readonly message?: string };
  return { message: message ?? 'The connection was closed.', extensions: { code: String(code ?? 'CLOSED') } };
}

/** Format of a callback. */
export interface CallbackWriting {
  /** A form instead of JSON. */
  readonly form?: boolean;
  /** A content type that differs from the real one. */
  readonly contentType?: string;
}

/** Sends a callback as the upstream does; a text is sent unchanged. */
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
