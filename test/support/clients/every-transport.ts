import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type ClientAnswer } from '../gateway/gateway-under-test.js';
import { acceptsMultipart, PartReader, resultIn } from './multipart.js';

/** The transport of an operation. */
export type Transport = 'http' | 'ws' | 'sse' | 'multipart';

/** All transports, for `it.each`. */
export const everyTransport: readonly Transport[] = ['http', 'ws', 'sse', 'multipart'];

const requests = {
  http: { path: '/graphql', accept: 'application/graphql-response+json' },
  sse: { path: '/graphql/stream', accept: 'text/event-stream' },
  multipart: { path: '/graphql', accept: acceptsMultipart },
} as const;

/** The body of a request, as in GraphQL over HTTP. */
export interface Payload {
  readonly query?: string;
  readonly operationName?: string;
  readonly variables?: Record<string, unknown>;
  readonly extensions?: Record<string, unknown>;
  readonly documentId?: string;
}

/** A response; over HTTP with its status. */
export interface Answered<Data> extends ClientAnswer<Data> {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string | string[] | undefined>>;
}

/** Runs one query or mutation; returns its result or its refusal. */
export async function run<Data = unknown>(
  url: string,
  transport: Transport,
  payload: Payload,
): Promise<Answered<Data>> {
  if (transport === 'ws') return overSocket(url, payload);
  const { path, accept } = requests[transport];
  const answer = await request(url + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept },
    body: JSON.stringify(payload),
  });
  const text = await answer.body.text();
  return { ...resultOf<Data>(text), status: answer.statusCode, headers: answer.headers };
}

/** The result in a response: an event stream, parts or JSON. */
function resultOf<Data>(text: string): ClientAnswer<Data> {
  if (text.includes('event:'))
    return JSON.parse(/data: (\{.*\})/.exec(text)?.[1] ?? '{}') as ClientAnswer<Data>;
  if (!text.startsWith('\r\n--')) return JSON.parse(text) as ClientAnswer<Data>;
  return new PartReader().read(text).map(resultIn).find(Boolean) as ClientAnswer<Data>;
}

function overSocket<Data>(url: string, payload: Payload): Promise<Answered<Data>> {
  const client = createClient({
    url: `${url.replace('http', 'ws')}/graphql`,
    webSocketImpl: WebSocket,
    retryAttempts: 0,
  });
  return new Promise<Answered<Data>>((resolve, reject) => {
    let answer: Answered<Data> = {};
    client.subscribe(
      { query: '', ...payload },
      {
        next: (value) => (answer = value as Answered<Data>),
        error: (error) => {
          if (Array.isArray(error)) resolve({ errors: error as ClientAnswer<Data>['errors'] & object });
          else reject(error instanceof Error ? error : new Error(JSON.stringify(error)));
        },
        complete: () => {
          resolve(answer);
        },
      },
    );
  }).finally(() => void client.dispose());
}
