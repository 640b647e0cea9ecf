import { type Aggregator, Gauge, type Registry } from 'prom-client';
import { type BreakerState } from '../../datasources/exotel/resilience/circuit-breaker.js';

/** How things stand; asked at each scrape and at no other time. */
export interface GatewayState {
  readonly breaker: () => BreakerState;
  /** null: nothing limits the calls. */
  readonly budget: () => {
    readonly limit: number | null;
    readonly left: number | null;
    readonly inFlight: number;
    readonly queued: number;
  };
  /** By what is kept. */
  readonly kept: () => Readonly<Record<string, { readonly entries: number; readonly bytes: number }>>;
  /** Undefined where there is none to be reached. */
  readonly isRedisUp: (() => boolean) | undefined;
}

const breakerStates = ['closed', 'halfOpen', 'open'] as const;

/** Shows how things stand. */
export function registerStateMetrics(
  registry: Registry,
  { breaker, budget, kept, isRedisUp }: GatewayState,
): void {
  const registers = [registry];
  // Each worker has a breaker and a queue of its own; the budget is one, as each worker knows it.
  new Gauge({
    name: 'campaign_gateway_upstream_breaker_state',
    help: '1 for the state that the circuit breaker is in; while it is open, no call is sent.',
    labelNames: ['state'],
    aggregator: 'max',
    registers,
    collect() {
      for (const state of breakerStates) this.set({ state }, state === breaker() ? 1 : 0);
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
  const budgetHelp = 'Calls to the upstream';
  const budgetName = 'campaign_gateway_upstream_budget';
  figure(
    `${budgetName}_limit_calls`,
    `${budgetHelp} in any minute; +Inf: as many as it takes.`,
    'min',
    () => budget().limit ?? Infinity,
  );
  figure(
    `${budgetName}_left_calls`,
    `${budgetHelp} that may be sent now.`,
    'min',
    () => budget().left ?? Infinity,
  );
  figure(
    `${budgetName}_in_flight_calls`,
    `${budgetHelp} that have no answer yet.`,
    'max',
    () => budget().inFlight,
  );
  figure(
    `${budgetName}_queued_calls`,
    `${budgetHelp} that wait for their place.`,
    'sum',
    () => budget().queued,
  );
  watchKept(registry, kept);
  watchRedis(registry, isRedisUp);
}

/** Where there is no Redis to be reached, none is missing. */
function watchRedis(registry: Registry, isUp: GatewayState['isRedisUp']): void {
  new Gauge({
    name: 'campaign_gateway_redis_up',
    help: '1 where the shared state can be reached, 0 where it should be; nothing where there is none.',
    aggregator: 'min',
    registers: [registry],
    collect() {
      if (isUp) this.set(isUp() ? 1 : 0);
      else this.remove();
    },
  });
}

function watchKept(registry: Registry, kept: GatewayState['kept']): void {
  for (const unit of ['entries', 'bytes'] as const)
    new Gauge({
      name: `campaign_gateway_kept_${unit}`,
      help: `What was read and is kept, roughly, in ${unit}.`,
      labelNames: ['kind'],
      registers: [registry],
      collect() {
        for (const [kind, size] of Object.entries(kept())) this.set({ kind }, size[unit]);
      },
    });
}
