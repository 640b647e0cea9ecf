import { type Logger } from 'pino';
import { type BegunCall, type CallEnd, type CallObserver } from '../datasources/exotel/call-observer.js';
import { type Drift } from '../datasources/exotel/drift/differences.js';
import { type DriftRoute, type OnDrift } from '../datasources/exotel/drift/drift-watch.js';
import { type Span } from '../domain/request-trace.js';
import { type FailureReason } from '../domain/upstream-failure.js';
import { type Spans } from './spans.js';
import { logFields } from '../domain/request-trace.js';
import { type Throttle } from './throttle.js';

/** What counts requests to the upstream. */
export interface CallMetrics {
  ended(call: BegunCall, end: CallEnd, seconds: number): void;
}

/** Where requests to the upstream are noted. */
export interface UpstreamCallsOptions {
  readonly metrics: CallMetrics;
  readonly logger: Logger;
  readonly seldom: Throttle;
  readonly spans: Spans | undefined;
}

/** Those of an upstream in trouble; a budget of calls is one of such lines too. */
const trouble: ReadonlySet<FailureReason> = new Set([
  'unavailable',
  'unreachable',
  'timeout',
  'invalidResponse',
  'rateLimited',
]);

/** What the URL of a request looks like, less who and what it names. */
const templates = {
  list: ['GET', ''],
  get: ['GET', '/{id}'],
  messages: ['GET', '/{id}/message-details'],
  create: ['POST', ''],
  update: ['PUT', '/{id}'],
  action: ['PUT', '/{id}'],
} as const;

/** Requests that name no campaign: a 403 to one of them is about the account, and not about what a client asked for. */
const ofAccount: ReadonlySet<BegunCall['route']> = new Set(['list', 'create']);

const root = '/v2/accounts/{account_sid}/message-campaigns';

/** What is no id is not repeated. */
const saneId = /^[\w-]{1,64}$/;

/** One count, one line of log and one span for each request to the upstream, linked to whom it was sent for. */
export class UpstreamCalls implements CallObserver {
  readonly #options: UpstreamCallsOptions;
  /** True from a call that went well until one that says that the account may do nothing. */
  #isAllowed = false;

  constructor(options: UpstreamCallsOptions) {
    this.#options = options;
  }

  began(call: BegunCall): (end: CallEnd) => void {
    const beganAtMs = performance.now();
    const span = this.#span(call);
    return (end) => {
      const ms = performance.now() - beganAtMs;
      this.#options.metrics.ended(call, end, ms / 1000);
      this.#learn(call, end);
      // Most calls go well, and nobody is told of those.
      if (!span && end.reason === undefined && !this.#options.logger.isLevelEnabled('debug')) return;
      const requestId = end.requestId !== undefined && saneId.test(end.requestId) ? end.requestId : undefined;
      this.#log(call, end, { durationMs: Math.round(ms), upstreamRequestId: requestId });
      span?.note({ 'http.response.status_code': end.status, 'exotel.request_id': requestId });
      span?.end(end.reason);
    };
  }

  #learn({ route }: BegunCall, { reason }: CallEnd): void {
    if (reason === undefined) this.#isAllowed = true;
    else if (reason === 'unauthorized' || (reason === 'forbidden' && ofAccount.has(route)))
      this.#isAllowed = false;
  }

  #span({ route, attempt, priority, trace }: BegunCall): Span | undefined {
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
    { route, attempt, trace }: BegunCall,
    { status, reason }: CallEnd,
    facts: Readonly<Record<string, unknown>>,
  ): void {
    const { logger, seldom } = this.#options;
    const line = { ...logFields(trace), route, status, reason, attempt, ...facts };
    if (reason !== undefined && trouble.has(reason)) logger.warn(line, 'an upstream call failed');
    else logger.debug(line, 'an upstream call');
    if (reason === 'unauthorized')
      seldom.run(reason, () => {
        logger.error(line, refusals.unauthorized);
      });
    if (reason === 'forbidden') this.#sayForbidden(line);
  }

  /**
   * A campaign may have changed its status before an action came, or belong to another account: while other calls go well
   * that is an answer to a client. Else the account lacks rights.
   */
  #sayForbidden(line: object): void {
    const { logger, seldom } = this.#options;
    if (this.#isAllowed)
      seldom.run('refused', () => {
        logger.warn(line, refusals.refused);
      });
    else
      seldom.run('forbidden', () => {
        logger.error(line, refusals.forbidden);
      });
  }
}

const refusals = {
  unauthorized: 'the upstream refuses the credentials: check EXOTEL_API_KEY, EXOTEL_API_TOKEN and the region',
  forbidden:
    'the upstream does not allow this account what was asked: check EXOTEL_ACCOUNT_SID and its rights',
  refused: 'the upstream refused a request for one campaign, and allows others',
} as const;

/** Paths come from outside: so many different ones are told, and then no more. */
const maximumPaths = 200;
const maximumPathLength = 200;

/** Tells once of each path that the document does not have; every answer that has it is counted. */
export function driftLog(logger: Logger, count: (route: DriftRoute, kind: Drift['kind']) => void): OnDrift {
  const told = new Set<string>();
  return (route, { kind, path }, trace) => {
    count(route, kind);
    const drift = { route, kind, path: path.slice(0, maximumPathLength) };
    const key = JSON.stringify(drift);
    if (told.size >= maximumPaths || told.has(key)) return;
    told.add(key);
    logger.warn(
      { ...logFields(trace), drift },
      'the upstream says something that its document does not have',
    );
  };
}
