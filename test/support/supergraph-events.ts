import { createClient as createEventStreamClient } from 'graphql-sse';
import { createClient as createWebSocketClient } from 'graphql-ws';
import { WebSocket } from 'ws';
import { type ClientAnswer } from './gateway-under-test.js';

/** How a client has its events from a router. */
export type ClientOver = 'ws' | 'sse';

/** A subscription of a client's. */
export interface Subscribed<Data> {
  /** The first answer, from here on, that is as wanted. */
  until(isWanted: (answer: ClientAnswer<Data>) => boolean): Promise<ClientAnswer<Data>>;
  leave(): void;
}

/** Subscribes at a router, by the protocols that clients know. */
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
