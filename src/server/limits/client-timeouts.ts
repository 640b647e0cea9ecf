/** Deadlines of clients. */
export interface ClientTimeouts {
  /** Until the last header of a request. */
  readonly headersMs: number;
  /** Until the last byte of its body. */
  readonly requestMs: number;
  /** Interval of the check for late requests. */
  readonly lookEveryMs: number;
  /** Until the client reads some of the bytes that wait for it. */
  readonly takeMs?: number;
}

/** Applies to a WebSocket message as well. */
export const defaultRequestMs = 12_000;
const defaults: ClientTimeouts = { headersMs: 8000, requestMs: defaultRequestMs, lookEveryMs: 2000 };
/** Longer than the idle timeout of most proxies (60 s), so that the proxy closes the connection and not the gateway. */
const keepAliveTimeout = 72_000;

/** A client that reads nothing for this time is gone or hostile; a slow one reads a little. */
export const defaultTakeMs = 20_000;

/**
 * Node's settings for the deadlines of requests. Responses have none: event streams are responses, and a WebSocket is no
 * request any more.
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
