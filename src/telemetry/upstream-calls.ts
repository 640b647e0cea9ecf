import { type Logger } from 'pino';
import { type StartedCall, type CallEnd, type CallObserver } from '../datasources/exotel/call-observer.js';
import { type Drift } from '../datasources/exotel/drift/differences.js';
import { type DriftRoute, type OnDrift } from '../datasources/exotel/drift/drift-watch.js';
import { type Span } from '../domain/request-trace.js';
import { type FailureReason } from '../domain/upstream-failure.js';
import { type Spans } from './spans.js';
import { logFields } from '../domain/request-trace.js';
import { type Throttle } from './throttle.js';

/** Metrics of upstream calls. */
export interface CallMetrics {
  ended(call: StartedCall, end: CallEnd, seconds: number): void;
}

/** Destinations of the telemetry of upstream calls. */
export interface UpstreamCallsOptions {
  readonly metrics: CallMetrics;
  readonly logger: Logger;
  readonly throttle: Throttle;
  readonly spans: Spans | undefined;
}

/** Failures logged at level `warn`. The rate limit of calls bounds the number of these lines too. */
const warnings: ReadonlySet<FailureReason> = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'invalidResponse',
  'rateLimited',
]);

/** Method and URL template of each route. */
const templates = {
  list: ['GET', ''],
  get: ['GET', '/{id}'],
  messages: ['GET', '/{id}/message-details'],
  create: ['POST', ''],
  update: ['PUT', '/{id}'],
  action: ['PUT', '/{id}'],
} as const;

/** Routes without a campaign in the URL: a 403 there concerns the account, not one campaign. */
const ofAccount: ReadonlySet<StartedCall['route']> = new Set(['list', 'create']);

const root = '/v2/accounts/{account_sid}/message-campaigns';

/** Form of a request id; anything else from the upstream is not logged. */
const loggableId = /^[\w-]{1,64}$/;

/** Metrics, log lines and spans of upstream calls, each linked to the request behind it. */
export class UpstreamCalls implements CallObserver {
  readonly #options: UpstreamCallsOptions;
  /** True after a successful call, until the upstream refuses the account. */
  #isAccountAllowed = false;

  constructor(options: UpstreamCallsOptions) {
    this.#options = options;
  }

  began(call: StartedCall): (end: CallEnd) => void {
    const beganAtMs = performance.now();
    const span = this.#span(call);
    return (end) => {
      const ms = performance.now() - beganAtMs;
      this.#options.metrics.ended(call, end, ms / 1000);
      this.#updateAllowed(call, end);
      // Most calls succeed, and neither a span nor a log line is wanted.
      if (!span && end.reason === undefined && !this.#options.logger.isLevelEnabled('debug')) return;
      const requestId =
        end.requestId !== undefined && loggableId.test(end.requestId) ? end.requestId : undefined;
      this.#log(call, end, { durationMs: Math.round(ms), upstreamRequestId: requestId });
      span?.note({ 'http.response.status_code': end.status, 'exotel.request_id': requestId });
      span?.end(end.reason);
    };
  }

  #updateAllowed({ route }: StartedCall, { reason }: CallEnd): void {
    if (reason === undefined) this.#isAccountAllowed = true;
    else if (reason === 'unauthorized' || (reason === 'forbidden' && ofAccount.has(route)))
      this.#isAccountAllowed = false;
  }

  #span({ route, attempt, priority, trace }: StartedCall): Span | undefined {
    const { spans } = this.#options;
    if (!spans) return undefined;
    const [method, path] = templates[route];
    return spans.begin({
      name: `${method} ${root}${path}`,
      kind: 'client',
      parent: trace?.span,
      facts: {
        'http.request.method': method,
        'url.template': `${root}${path}`,
        'campaign_gateway.route': route,
        'campaign_gateway.priority': priority,
        ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
      },
    });
  }

  #log(
    { route, attempt, trace }: StartedCall,
    { status, reason }: CallEnd,
    facts: Readonly<Record<string, unknown>>,
  ): void {
    const { logger, throttle } = this.#options;
    const line = { ...logFields(trace), route, status, reason, attempt, ...facts };
    if (reason !== undefined && warnings.has(reason)) logger.warn(line, 'upstream call failed');
    else logger.debug(line, 'upstream call completed');
    if (reason === 'unauthorized')
      throttle.run(reason, () => {
        logger.error(line, refusals.unauthorized);
      });
    if (reason === 'forbidden') this.#logForbidden(line);
  }

  /**
   * A 403 while other calls succeed concerns one campaign: its status changed before the action, or it belongs to another
   * account. Otherwise the account lacks permissions.
   */
  #logForbidden(line: object): void {
    const { logger, throttle } = this.#options;
    if (this.#isAccountAllowed)
      throttle.run('refused', () => {
        logger.warn(line, refusals.refused);
      });
    else
      throttle.run('forbidden', () => {
        logger.error(line, refusals.forbidden);
      });
  }
}

const refusals = {
  unauthorized: 'the upstream refuses the credentials: check EXOTEL_API_KEY, EXOTEL_API_TOKEN and the region',
  forbidden: 'the upstream refuses requests of this account: check EXOTEL_ACCOUNT_SID and its permissions',
  refused: 'the upstream refused a request for one campaign but accepts others',
} as const;

/** Bound on the logged paths, which come from the upstream. */
const maximumPaths = 200;
const maximumPathLength = 200;

/** Counts every difference from the upstream's documentation, and logs each path once. */
export function driftLog(logger: Logger, count: (route: DriftRoute, kind: Drift['kind']) => void): OnDrift {
  const logged = new Set<string>();
  return (route, { kind, path }, trace) => {
    count(route, kind);
    const drift = { route, kind, path: path.slice(0, maximumPathLength) };
    const key = JSON.stringify(drift);
    if (logged.size >= maximumPaths || logged.has(key)) return;
    logged.add(key);
    logger.warn({ ...logFields(trace), drift }, 'upstream response differs from its documentation');
  };
}
