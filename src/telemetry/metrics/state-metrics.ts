import { type Aggregator, Gauge, type Registry } from 'prom-client';

const breakerStates = ['closed', 'halfOpen', 'open'] as const;
const credentialsStates = ['unknown', 'accepted', 'refused', 'revoked'] as const;

/** Current state of a gateway; read at each scrape. */
export interface GatewayState {
  readonly breaker: () => (typeof breakerStates)[number];
  /** Whether the upstream accepts the credentials. */
  readonly credentials: () => (typeof credentialsStates)[number];
  /** The rate limiter; `null` stands for no limit. */
  readonly rateLimiter: () => {
    readonly limit: number | null;
    readonly left: number | null;
    readonly inFlight: number;
    readonly queued: number;
  };
  /** Sizes of the caches by kind. */
  readonly cacheSizes: () => Readonly<Record<string, { readonly entries: number; readonly bytes: number }>>;
  /** Undefined without `REDIS_URL`. */
  readonly isRedisUp: (() => boolean) | undefined;
}

/** Registers gauges of the current state. */
export function registerStateMetrics(
  registry: Registry,
  { breaker, credentials, rateLimiter, cacheSizes, isRedisUp }: GatewayState,
): void {
  const registers = [registry];
  // Workers have circuit breakers and queues of their own, but share one rate limit.
  new Gauge({
    name: 'campaign_gateway_upstream_breaker_state',
    help: '1 for the current state of the circuit breaker; while it is open, no call is sent.',
    labelNames: ['state'],
    aggregator: 'max',
    registers,
    collect() {
      for (const state of breakerStates) this.set({ state }, state === breaker() ? 1 : 0);
    },
  });
  new Gauge({
    name: 'campaign_gateway_upstream_credentials_state',
    help: '1 for what is known of the credentials: refused if they have never worked, revoked if they did once.',
    labelNames: ['state'],
    aggregator: 'max',
    registers,
    collect() {
      for (const state of credentialsStates) this.set({ state }, state === credentials() ? 1 : 0);
    },
  });
  const figure = (name: string, help: string, aggregator: Aggregator, value: () => number): void => {
    new Gauge({
      name,
      help,
      aggregator,
      registers,
      collect() {
        this.set(value());
      },
    });
  };
  const callsHelp = 'Calls to the upstream';
  const callsName = 'campaign_gateway_upstream_budget';
  figure(
    `${callsName}_limit_calls`,
    `${callsHelp} allowed in any minute; +Inf for no limit.`,
    'min',
    () => rateLimiter().limit ?? Infinity,
  );
  figure(
    `${callsName}_left_calls`,
    `${callsHelp} that are left in this minute.`,
    'min',
    () => rateLimiter().left ?? Infinity,
  );
  figure(`${callsName}_in_flight_calls`, `${callsHelp} in flight.`, 'max', () => rateLimiter().inFlight);
  figure(
    `${callsName}_queued_calls`,
    `${callsHelp} that wait for the rate limit.`,
    'sum',
    () => rateLimiter().queued,
  );
  registerCacheSizes(registry, cacheSizes);
  registerRedis(registry, isRedisUp);
}

function registerRedis(registry: Registry, isUp: GatewayState['isRedisUp']): void {
  new Gauge({
    name: 'campaign_gateway_redis_up',
    help: '1 if Redis can be reached, 0 if not; no sample without REDIS_URL.',
    aggregator: 'min',
    registers: [registry],
    collect() {
      if (isUp) this.set(isUp() ? 1 : 0);
      else this.remove();
    },
  });
}

function registerCacheSizes(registry: Registry, cacheSizes: GatewayState['cacheSizes']): void {
  for (const unit of ['entries', 'bytes'] as const)
    new Gauge({
      name: `campaign_gateway_cache_${unit}`,
      help: `Approximate size of the caches in ${unit}.`,
      labelNames: ['kind'],
      registers: [registry],
      collect() {
        for (const [kind, size] of Object.entries(cacheSizes())) this.set({ kind }, size[unit]);
      },
    });
}
