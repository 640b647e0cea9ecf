import { type AddressRange } from '../domain/network/ip-addresses.js';
import { type AuthConfig } from './access.js';
import { type Environment } from './environment/environment.js';

/** Limits of requests and clients; 0: no limit. */
export interface Limits {
  /** Size of a request body or a WebSocket message. */
  readonly bodyBytes: number;
  /** Tokens of a document: names, values, punctuators. */
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** Values in a response: fields times rows. */
  readonly answerValues: number;
  /** Size of a response as JSON. */
  readonly answerBytes: number;
  readonly operationTimeoutMs: number;
  /** Queries and mutations at a time in this process, of all callers. */
  readonly concurrentOperations: number;
  /** Requests of one caller. */
  readonly requestsPerMinute: number;
  /** Open subscriptions of one caller. */
  readonly subscriptionsPerCaller: number;
  /** Connections of all clients to this process; undefined: a share of the heap. */
  readonly connections: number | undefined;
  /** Connections of one caller to this process, or of one address until the caller is known. */
  readonly connectionsPerCaller: number;
  /** Sent bytes that clients have not read yet, of all connections. */
  readonly unreadBytes: number;
  /** Proxies whose `X-Forwarded-For` names the client. */
  readonly trustedProxies: readonly AddressRange[];
}

/** Defaults with authentication. Without it all clients are one caller, so limits of a caller are off unless they are set. */
const perCaller = {
  requestsPerMinute: 6000,
  subscriptionsPerCaller: 1000,
  connectionsPerCaller: 2000,
} as const;
const unlimited = { requestsPerMinute: 0, subscriptionsPerCaller: 0, connectionsPerCaller: 0 } as const;

/** Reads the limits of clients; upstream calls have a limit of their own. */
export function readLimits(environment: Environment, { mode }: AuthConfig): Limits {
  const byDefault = mode === 'none' ? unlimited : perCaller;
  return {
    bodyBytes: environment.read('MAX_BODY_BYTES'),
    tokens: environment.read('MAX_QUERY_TOKENS'),
    depth: environment.read('MAX_QUERY_DEPTH'),
    aliases: environment.read('MAX_QUERY_ALIASES'),
    directives: environment.read('MAX_QUERY_DIRECTIVES'),
    answerValues: environment.read('MAX_ANSWER_VALUES'),
    answerBytes: environment.read('MAX_ANSWER_BYTES'),
    operationTimeoutMs: environment.read('OPERATION_TIMEOUT_MS'),
    concurrentOperations: environment.read('MAX_CONCURRENT_OPERATIONS'),
    requestsPerMinute: environment.read('MAX_REQUESTS_PER_MINUTE') ?? byDefault.requestsPerMinute,
    subscriptionsPerCaller:
      environment.read('MAX_SUBSCRIPTIONS_PER_CALLER') ?? byDefault.subscriptionsPerCaller,
    connections: environment.read('MAX_CONNECTIONS'),
    connectionsPerCaller: environment.read('MAX_CONNECTIONS_PER_CALLER') ?? byDefault.connectionsPerCaller,
    unreadBytes: readUnreadBytes(environment),
    trustedProxies: environment.read('TRUSTED_PROXIES') ?? [],
  };
}

/** Fits into the container image besides its heap. */
const defaultUnreadBytes = 40 * 1024 ** 2;

/** One connection may have half of the bytes, which must be enough for the largest response. */
function readUnreadBytes(environment: Environment): number {
  const answerBytes = environment.read('MAX_ANSWER_BYTES');
  const unreadBytes = environment.read('MAX_UNREAD_BYTES');
  if (unreadBytes === undefined)
    return answerBytes === 0 ? 0 : Math.max(defaultUnreadBytes, Math.ceil(answerBytes * 2.5));
  if (unreadBytes > 0 && unreadBytes < 2 * answerBytes)
    environment.refuse(
      `MAX_UNREAD_BYTES: got "${unreadBytes}", takes 0 or at least ${2 * answerBytes}, twice MAX_ANSWER_BYTES: ` +
        'one connection may have half of it, and a response must fit.',
    );
  return unreadBytes;
}
