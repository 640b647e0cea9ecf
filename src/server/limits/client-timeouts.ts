/** Deadlines of clients. */
export interface ClientTimeouts {
  /** Until the last header of a request. */
  readonly headersMs: number;
  /** Until the last byte of its body, and of a WebSocket message. */
  readonly requestMs: number;
  /** Interval of the check for late requests. */
  readonly checkEveryMs: number;
  /** Until the client reads some of its unread bytes. One that reads none is dead or hostile; a slow one reads a little. */
  readonly readTimeoutMs: number;
}

/** The deadlines of a gateway; tests set shorter ones. */
export const defaultClientTimeouts: ClientTimeouts = {
  headersMs: 8000,
  requestMs: 12_000,
  checkEveryMs: 2000,
  readTimeoutMs: 20_000,
};

/** Longer than the idle timeout of most proxies (60 s), so that the proxy closes the connection and not the gateway. */
const keepAliveTimeout = 72_000;

/**
 * Node's settings for the deadlines of requests. Responses have none: event streams are responses, and a WebSocket is no longer
 * a request.
 */
export function serverTimeouts({ headersMs, requestMs, checkEveryMs }: ClientTimeouts) {
  return {
    keepAliveTimeout,
    requireHostHeader: false, // Node would answer with an empty body: broken-requests.ts
    headersTimeout: headersMs,
    requestTimeout: requestMs,
    connectionsCheckingInterval: checkEveryMs,
  };
}
