/** How long clients may take. */
export interface ClientTimeouts {
  /** Until the last header of a request. */
  readonly headersMs: number;
  /** Until the last byte of its body. */
  readonly requestMs: number;
  /** How often late requests are looked for. */
  readonly lookEveryMs: number;
  /** Until some of what waits for the client is taken. */
  readonly takeMs?: number;
}

/** The same goes for a message over a WebSocket. */
export const defaultRequestMs = 12_000;
const defaults: ClientTimeouts = { headersMs: 8000, requestMs: defaultRequestMs, lookEveryMs: 2000 };
/** Longer than most proxies keep a connection that they do not use (60 s): they close it, not the gateway. */
const keepAliveTimeout = 72_000;

/** A client that takes nothing for so long is gone, or means harm; one that takes a little is neither. */
export const defaultTakeMs = 20_000;

/**
 * Settings of a server that ends connections on which a request comes in drops. Answers may take as long as they like:
 * event streams are answers, and a WebSocket is no request any more.
 */
export function serverTimeouts({ headersMs, requestMs, lookEveryMs } = defaults) {
  return {
    keepAliveTimeout,
    http: {
      requireHostHeader: false, // Node would answer with an empty body: broken-requests.ts
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: lookEveryMs,
    },
  };
}
