import { type Logger } from 'pino';
import { logFields, type RequestTrace, type Span } from '../domain/requests/request-trace.js';
import {
  type CallEnd,
  type Drift,
  type DriftRoute,
  type ObservedCall,
  routes,
  type StartedCall,
} from '../domain/telemetry.js';
import { type FailureReason } from '../domain/upstream-failure.js';
import { type Metrics } from './metrics/metrics.js';
import { type OtlpSpans } from './otlp-spans.js';
import { type Throttle } from './throttle.js';

/** Destinations of the telemetry of upstream calls. */
interface UpstreamCallsOptions {
  readonly metrics: Metrics;
  readonly logger: Logger;
  readonly throttle: Throttle;
  readonly spans: OtlpSpans | undefined;
}

/** Failures logged at level `warn`. The rate limit of calls bounds the number of these lines too. */
const warnings: ReadonlySet<FailureReason> = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'invalidResponse',
  'rateLimited',
  'noRoom',
  'tooLarge',
]);

const root = '/v2/accounts/{account_sid}/message-campaigns';

/** Form of a request id; anything else from the upstream is not logged. */
const loggableId = /^[\w-]{1,64}$/;

/** Statuses with a label value of their own; the others are counted by class. */
const knownStatuses: ReadonlySet<number> = new Set([
  200, 201, 207, 400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 499, 500, 502, 503, 504,
]);

/** Bounds on the logged paths of drift, which come from the upstream. */
const [maximumPaths, maximumPathLength] = [200, 200];

/** Metrics, log lines and spans of upstream calls and of drift, each linked to the request behind it. */
export class UpstreamCalls {
  readonly #options: UpstreamCallsOptions;
  /** True after a successful call, until the upstream refuses the account. */
  #isAccountAllowed = false;
  readonly #loggedDrift = new Set<string>();

  constructor(options: UpstreamCallsOptions) {
    this.#options = options;
  }

  start(call: StartedCall): ObservedCall {
    const beganAtMs = performance.now();
    const span = this.#span(call);
    const ended = (end: CallEnd): void => {
      const ms = performance.now() - beganAtMs;
      this.#count(call, end, ms / 1000);
      this.#updateAllowed(call, end);
      // Most calls succeed, and neither a span nor a log line is wanted.
      if (!span && end.reason === undefined && !this.#options.logger.isLevelEnabled('debug')) return;
      const requestId =
        end.requestId !== undefined && loggableId.test(end.requestId) ? end.requestId : undefined;
      this.#log(call, end, { durationMs: Math.round(ms), upstreamRequestId: requestId });
      span?.note({ 'http.response.status_code': end.status, 'exotel.request_id': requestId });
      span?.end(end.reason);
    };
    return { headers: span?.headers, end: ended };
  }

  /** Counts every difference from the upstream's document, and logs each path once. */
  driftFound(route: DriftRoute, { kind, path }: Drift, trace: RequestTrace | undefined): void {
    this.#options.metrics.drift(route, kind);
    const drift = { route, kind, path: path.slice(0, maximumPathLength) };
    const key = JSON.stringify(drift);
    if (this.#loggedDrift.size >= maximumPaths || this.#loggedDrift.has(key)) return;
    this.#loggedDrift.add(key);
    this.#options.logger.warn(
      { ...logFields(trace), drift },
      'upstream response differs from its documentation',
    );
  }

  #count({ route, attempt }: StartedCall, { status, reason }: CallEnd, seconds: number): void {
    const { metrics } = this.#options;
    metrics.upstreamCalls(route, statusLabel(status), reason ?? 'ok');
    metrics.upstreamSeconds(seconds, route);
    if (attempt > 1) metrics.upstreamRetries(route);
  }

  #updateAllowed({ route }: StartedCall, { reason }: CallEnd): void {
    if (reason === undefined) this.#isAccountAllowed = true;
    // Without a campaign in the path, a 403 concerns the account.
    else if (reason === 'unauthorized' || (reason === 'forbidden' && routes[route].path === ''))
      this.#isAccountAllowed = false;
  }

  /** A span of an HTTP client (semantic conventions, HTTP spans); `url.full` is redacted, as they ask for. */
  #span({ route, attempt, priority, server, trace }: StartedCall): Span | undefined {
    const { spans } = this.#options;
    if (!spans) return undefined;
    const { method, path } = routes[route];
    const template = `${root}${path}`;
    return spans.begin({
      name: `${method} ${template}`,
      kind: 'client',
      parent: trace?.span,
      facts: {
        'http.request.method': method,
        'url.template': template,
        'url.full': server.origin + template.replace(/\{\w+\}/g, 'REDACTED'),
        'server.address': server.host,
        'server.port': server.port,
        'campaign_gateway.route': route,
        'campaign_gateway.priority': priority,
        ...(attempt > 1 && { 'http.request.resend_count': attempt - 1 }),
      },
    });
  }

  #log(
    { route, attempt, server, trace }: StartedCall,
    { status, reason, errorCode }: CallEnd,
    facts: Readonly<Record<string, unknown>>,
  ): void {
    const { logger, throttle } = this.#options;
    const host = reason === undefined ? undefined : `${server.host}:${server.port}`;
    const line = { ...logFields(trace), route, host, status, reason, errorCode, attempt, ...facts };
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

function statusLabel(status: number | undefined): string {
  if (status === undefined) return 'none';
  if (knownStatuses.has(status)) return String(status);
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'other';
}

const refusals = {
  unauthorized: 'the upstream refuses the credentials: check EXOTEL_API_KEY, EXOTEL_API_TOKEN and the region',
  forbidden: 'the upstream refuses requests of this account: check EXOTEL_ACCOUNT_SID and its permissions',
  refused: 'the upstream refused a request for one campaign but accepts others',
} as const;
