/** How long clients may take to say what they want. */
export interface Patience {
  /** Until the last header. */
  readonly headersMs: number;
  /** Until the last byte of the body. */
  readonly requestMs: number;
  /** How often those who are late are looked for. */
  readonly lookEveryMs: number;
}

const usual: Patience = { headersMs: 8000, requestMs: 12_000, lookEveryMs: 2000 };

/**
 * Settings of a server that ends connections on which a request comes in drops. Answers may take as long as they like:
 * event streams are answers, and a WebSocket is no request any more.
 */
export function slowClients({ headersMs, requestMs, lookEveryMs } = usual) {
  return {
    requestTimeout: requestMs,
    http: { headersTimeout: headersMs, requestTimeout: requestMs, connectionsCheckingInterval: lookEveryMs },
  };
}
