import { type AuthConfig } from './access.js';
import { type Environment } from './environment.js';

/** What one caller, and all together, may ask for; 0: no limit. */
export interface Limits {
  /** Of a request, or of a message over WebSocket. */
  readonly bodyBytes: number;
  /** Of a document: names, numbers, brackets. */
  readonly tokens: number;
  readonly depth: number;
  readonly aliases: number;
  readonly directives: number;
  /** That an answer may have: fields, for every row. */
  readonly answerValues: number;
  /** That an answer may have as JSON. */
  readonly answerBytes: number;
  readonly operationTimeoutMs: number;
  /** That this process runs at a time, for all callers together. */
  readonly concurrentOperations: number;
  /** Of one caller. */
  readonly requestsPerMinute: number;
  /** Of one caller, open at a time. */
  readonly subscriptionsPerCaller: number;
  /** Of all clients together, in this process. */
  readonly connections: number | undefined;
  /** Of one caller, or of one address while the caller is not known, in this process. */
  readonly connectionsPerCaller: number;
  /** That were sent and not yet taken by clients, for all connections together. */
  readonly unreadBytes: number;
}

/** Where nobody says who they are, all are one caller: there the limits of a caller are off unless they are set. */
const perCaller = {
  requestsPerMinute: 6000,
  subscriptionsPerCaller: 1000,
  connectionsPerCaller: 2000,
} as const;
const unlimited = { requestsPerMinute: 0, subscriptionsPerCaller: 0, connectionsPerCaller: 0 } as const;

/** The limits on what is asked of the gateway itself; the upstream's calls have a limit of their own. */
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
  };
}

/** As much as the image has room for beside its heap. */
const usualUnreadBytes = 40 * 1024 ** 2;

/** One connection may have half of it, which is to be enough for the largest answer. */
function readUnreadBytes(environment: Environment): number {
  const answerBytes = environment.read('MAX_ANSWER_BYTES');
  const unreadBytes = environment.read('MAX_UNREAD_BYTES');
  if (unreadBytes === undefined)
    return answerBytes === 0 ? 0 : Math.max(usualUnreadBytes, Math.ceil(answerBytes * 2.5));
  if (unreadBytes > 0 && unreadBytes < 2 * answerBytes)
    environment.refuse(
      `MAX_UNREAD_BYTES: got "${unreadBytes}", takes 0 or at least ${2 * answerBytes}, twice MAX_ANSWER_BYTES: ` +
        'one connection may have half of it, and an answer must fit.',
    );
  return unreadBytes;
}
