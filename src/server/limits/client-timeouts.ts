/** Deadlines of clients. */
export interface ClientTimeouts {
  /** Until the last header of a request. */
  readonly headersMs: number;
  /** Until the last byte of its body. */
  readonly requestMs: number;
  /** Interval of the check for late requests. */
  readonly checkEveryMs: number;
  /** Until the client reads some of its unread bytes. */
  readonly readTimeoutMs?: number;
}

/** Applies to a WebSocket message as well. */
export const defaultRequestMs = 12_000;
const defaults: ClientTimeouts = { headersMs: 8000, requestMs: defaultRequestMs, checkEveryMs: 2000 };
/** Longer than the idle timeout of most proxies (60 s), so that the proxy closes the connection and not the gateway. */
const keepAliveTimeout = 72_000;

/** A client that reads nothing for this time is dead or hostile; a slow one reads a little. */
export const defaultReadTimeoutMs = 20_000;

/**
 * Node's settings for the deadlines of requests. Responses have none: event streams are responses, and a WebSocket is no
 * request any more.
 */
export function serverTimeouts({ headersMs, requestMs, checkEveryMs } = defaults) {
  return {
    keepAliveTimeout,
    http: {
      requireHostHeader: false, // Node would answer with an empty body: broken-requests.ts
      headersTimeout: headersMs,
      requestTimeout: requestMs,
      connectionsCheckingInterval: checkEveryMs,
    },
  };
}
