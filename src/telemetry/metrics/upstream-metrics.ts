import { Counter, type Registry } from 'prom-client';
import { type BegunCall, type CallEnd, type Route } from '../../datasources/exotel/call-observer.js';
import { type Drift } from '../../datasources/exotel/drift/differences.js';
import { type DriftRoute } from '../../datasources/exotel/drift/drift-watch.js';
import { initializeToZero, talliedCounter, talliedHistogram } from './tallies.js';

/** Statuses that say something by themselves (docs/upstream.md, envelope); others are told by their class. */
const known: ReadonlySet<number> = new Set([
  200, 201, 207, 400, 401, 402, 403, 404, 408, 409, 413, 415, 422, 429, 499, 500, 502, 503, 504,
]);

const routes: readonly Route[] = ['list', 'get', 'messages', 'create', 'update', 'action'];
const driftRoutes: readonly DriftRoute[] = [...routes, 'campaignCallback', 'messageCallback'];

const buckets = [0.005, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];

/** Counts requests to the upstream, and what they were answered that no document has. */
export function upstreamMetrics(registry: Registry) {
  const registers = [registry];
  const ended = talliedCounter(
    {
      name: 'campaign_gateway_upstream_calls_total',
      help: 'Requests sent to the upstream, retries included. status is none where no answer came; reason is ok or why it failed.',
      labelNames: ['route', 'status', 'reason'],
    },
    registry,
  );
  const took = talliedHistogram(
    {
      name: 'campaign_gateway_upstream_call_duration_seconds',
      help: 'From a request to the upstream to the end of its answer.',
      labelNames: ['route'],
      buckets,
    },
    registry,
  );
  const retries = new Counter({
    name: 'campaign_gateway_upstream_retries_total',
    help: 'Requests to the upstream that repeated one which had failed.',
    labelNames: ['route'],
    registers,
  });
  const drift = new Counter({
    name: 'campaign_gateway_upstream_drift_total',
    help: 'Answers and callbacks with something that the document of the API does not have, by kind: key, status, shape.',
    labelNames: ['route', 'kind'],
    registers,
  });
  for (const route of routes) retries.inc({ route }, 0);
  initializeToZero(drift, ['route', driftRoutes], ['kind', ['key', 'status', 'shape']]);
  return {
    ended: ({ route, attempt }: BegunCall, { status, reason }: CallEnd, seconds: number): void => {
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
