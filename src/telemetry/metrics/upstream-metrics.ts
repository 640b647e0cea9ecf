import { Counter, type Registry } from 'prom-client';
import { type StartedCall, type CallEnd, type Route } from '../../datasources/exotel/call-observer.js';
import { type Drift } from '../../datasources/exotel/drift/differences.js';
import { type DriftRoute } from '../../datasources/exotel/drift/drift-watch.js';
import { initializeToZero, talliedCounter, talliedHistogram } from './tallies.js';

/** Statuses with a label value of their own; the others are counted by class. */
const known: ReadonlySet<number> = new Set([
  200, 201, 207, 400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 499, 500, 502, 503, 504,
]);

const routes: readonly Route[] = ['list', 'get', 'messages', 'create', 'update', 'action'];
const driftRoutes: readonly DriftRoute[] = [...routes, 'campaignCallback', 'messageCallback'];

const buckets = [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Metrics of upstream calls and of drift. */
export function upstreamMetrics(registry: Registry) {
  const registers = [registry];
  const ended = talliedCounter(
    {
      name: 'campaign_gateway_upstream_calls_total',
      help: 'Requests sent to the upstream, retries included. status is none without a response; reason is ok or the failure.',
      labelNames: ['route', 'status', 'reason'],
    },
    registry,
  );
  const took = talliedHistogram(
    {
      name: 'campaign_gateway_upstream_call_duration_seconds',
      help: 'Duration of upstream requests, without the wait for the rate limit.',
      labelNames: ['route'],
      buckets,
    },
    registry,
  );
  const retries = new Counter({
    name: 'campaign_gateway_upstream_retries_total',
    help: 'Upstream requests that repeated a failed one.',
    labelNames: ['route'],
    registers,
  });
  const drift = new Counter({
    name: 'campaign_gateway_upstream_drift_total',
    help: 'Responses and callbacks that differ from the documentation of the API, by kind: key, status, shape.',
    labelNames: ['route', 'kind'],
    registers,
  });
  for (const route of routes) retries.inc({ route }, 0);
  initializeToZero(drift, ['route', driftRoutes], ['kind', ['key', 'status', 'shape']]);
  return {
    ended: ({ route, attempt }: StartedCall, { status, reason }: CallEnd, seconds: number): void => {
      ended(route, statusLabel(status), reason ?? 'ok');
      took(seconds, route);
      if (attempt > 1) retries.inc({ route });
    },
    drifted: (route: DriftRoute, kind: Drift['kind']): void => {
      drift.inc({ route, kind });
    },
  };
}

function statusLabel(status: number | undefined): string {
  if (status === undefined) return 'none';
  if (known.has(status)) return String(status);
  return status >= 100 && status < 600 ? `${Math.floor(status / 100)}xx` : 'other';
}
