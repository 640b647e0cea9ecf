import { createClient } from 'graphql-ws';
import { useEffect, useEffectEvent, useSyncExternalStore } from 'react';
import { socketUrl } from './address';
import { apiKey } from './credentials';

/** idle: nothing is subscribed · live: events arrive · lost: the connection broke and is being opened again. */
export type Connection = 'idle' | 'live' | 'lost';

const pingMs = 10_000;
const pongMs = 5_000;
const longestWaitMs = 15_000;
const normalClosure = 1000;

let connection: Connection = 'idle';
const watchers = new Set<() => void>();
const reconnected = new Set<() => void>();

function become(next: Connection): void {
  if (next === connection) return;
  const wasLost = connection === 'lost';
  connection = next;
  for (const watcher of watchers) watcher();
  if (wasLost && next === 'live') for (const refresh of reconnected) refresh();
}

let pongTimer: ReturnType<typeof setTimeout> | undefined;

/**
 * The one WebSocket of the page. It opens with the first subscription. After a break, graphql-ws opens it again and repeats
 * every subscription; with `sendCurrent` each begins with the campaign as it is then, so nothing is missed.
 */
export const socket = createClient({
  url: socketUrl,
  connectionParams: () => ({ 'x-api-key': apiKey() ?? undefined }),
  lazyCloseTimeout: 3_000,
  keepAlive: pingMs,
  retryAttempts: Infinity,
  // A gateway that can't be reached answers with an error of the browser, not with a close: by default that ends everything.
  shouldRetry: () => true,
  // Longer after each attempt, and at random, so that not all pages come back at the same moment.
  retryWait: (attempt) =>
    new Promise((resolve) => {
      const longest = Math.min(1_000 * 2 ** attempt, longestWaitMs);
      setTimeout(resolve, longest * (0.5 + Math.random() / 2));
    }),
  on: {
    connected: () => become('live'),
    closed: (event) => {
      clearTimeout(pongTimer);
      become((event as CloseEvent).code === normalClosure ? 'idle' : 'lost');
    },
    // A network that is gone closes nothing: without a pong in time, the page closes.
    ping: (isReceived) => {
      if (!isReceived) pongTimer = setTimeout(() => socket.terminate(), pongMs);
    },
    pong: (isReceived) => {
      if (isReceived) clearTimeout(pongTimer);
    },
  },
});

function watch(watcher: () => void): () => void {
  watchers.add(watcher);
  return () => watchers.delete(watcher);
}

/** State of the WebSocket. */
export function useConnection(): Connection {
  return useSyncExternalStore(watch, () => connection);
}

/** Calls `refresh` when the connection is back, for what no subscription brings: new rows of a list. */
export function useReconnected(refresh: () => void): void {
  const onReconnected = useEffectEvent(refresh);
  useEffect(() => {
    const listener = () => onReconnected();
    reconnected.add(listener);
    return () => void reconnected.delete(listener);
  }, []);
}
