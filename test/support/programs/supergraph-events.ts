import { createClient as createEventStreamClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type ClientAnswer } from '../gateway/gateway-under-test.js';

/** The transport of a client's subscription to a router. */
export type ClientOver = 'ws' | 'sse';

/** A client's subscription. */
export interface Subscribed<Data> {
  /** The first matching answer from now on. */
  until(isWanted: (answer: ClientAnswer<Data>) => boolean): Promise<ClientAnswer<Data>>;
  leave(): void;
}

/** Subscribes through a router, with the protocols of common clients. */
export function subscribeAt<Data>(url: string, over: ClientOver, query: string): Subscribed<Data> {
  const answers = clientOf(url, over).iterate<Data, never>({ query }) as AsyncIterableIterator<
    ClientAnswer<Data>
  >;
  return {
    until: async (isWanted) => {
      for (;;) {
        const { value, done } = (await answers.next()) as IteratorResult<ClientAnswer<Data>, undefined>;
        if (done) throw new Error('the subscription ended before what was wanted came');
        if (isWanted(value)) return value;
      }
    },
    leave: () => void answers.return?.(),
  };
}

function clientOf(url: string, over: ClientOver) {
  return over === 'sse'
    ? createEventStreamClient({ url: `${url}/graphql`, retryAttempts: 0 })
    : createWebSocketClient({
        url: `${url.replace('http', 'ws')}/graphql`,
        webSocketImpl: WebSocket,
        retryAttempts: 0,
      });
}
