import { createClient } from 'graphql-ws';
import { request } from 'undici';
import { WebSocket } from 'ws';
import { type ClientAnswer } from './gateway-under-test.js';

/** The transport of an operation. */
export type Transport = 'http' | 'ws' | 'sse';

/** All transports, for `it.each`. */
export const everyTransport: readonly Transport[] = ['http', 'ws', 'sse'];

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
  const isStream = transport === 'sse';
  const answer = await request(`${url}/graphql${isStream ? '/stream' : ''}`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      accept: isStream ? 'text/event-stream' : 'application/graphql-response+json',
    },
    body: JSON.stringify(payload),
  });
  const text = await answer.body.text();
  const json = isStream && text.includes('event:') ? (/data: (\{.*\})/.exec(text)?.[1] ?? '{}') : text;
  return { ...(JSON.parse(json) as ClientAnswer<Data>), status: answer.statusCode, headers: answer.headers };
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
