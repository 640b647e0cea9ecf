import { setTimeout as sleepFor } from 'node:timers/promises';
import { type Logger } from 'pino';
import { type Config } from '../config/config.js';
import { type CredentialsOptions } from '../datasources/exotel/credentials-state.js';
import { type Comparison } from '../operations/execution/query-compiler.js';
import { type ClientTimeouts } from '../server/limits/client-timeouts.js';
import { forwardClock } from '../domain/forward-clock.js';
import { createLogger, prettyOutput } from '../telemetry/logger.js';
import { HeapWatch, type UsedMemory } from './heap-watch.js';
import {
  collectGarbage,
  heapBytes,
  memoryBudget,
  type MemoryBudget,
  residentBytes,
} from './memory-budget.js';

/** Overrides of the runtime: for tests, and for workers of a primary process. */
export interface GatewayOverrides {
  /** Clock in epoch milliseconds. */
  readonly now?: () => number;
  /** Monotonic clock in milliseconds. Default: `now` if that is given. */
  readonly steadyNow?: () => number;
  readonly logger?: Logger;
  /** Random numbers from 0 to 1. */
  readonly random?: () => number;
  /** Waits between two searches for the campaign of a lost response. */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** Longest wait for an answer of Redis that a request can do without, in milliseconds. */
  readonly redisWaitMs?: number;
  /** Compares the results of compiled queries with those of graphql-js. */
  readonly compare?: Comparison;
  /** Timeouts for clients that send requests. */
  readonly clientTimeouts?: Partial<ClientTimeouts>;
  /** Heap of this process in bytes, from which all bounds on memory follow. */
  readonly heapBytes?: number;
  /** What is in use of that heap; V8's statistics by default. */
  readonly usedMemory?: () => UsedMemory;
  /** Metrics of all workers, in Prometheus's text format; undefined without `WORKERS`. */
  readonly clusterMetrics?: () => Promise<string>;
  /** State of the credentials, if several processes share it. */
  readonly credentials?: CredentialsOptions;
  /** Pause between checks of credentials that have never worked, in milliseconds. */
  readonly credentialsPauseMs?: number;
}

/** Configuration, clock, randomness, logger and memory of a gateway. */
export interface Runtime {
  readonly config: Config;
  /** Wall clock in epoch milliseconds. It may be set forward or back at any time. */
  readonly now: () => number;
  /** Monotonic clock in milliseconds, for durations: the budget, pauses, leases in memory. */
  readonly steadyNow: () => number;
  /** Clock for ages in epoch milliseconds: the wall clock, but it never goes back. */
  readonly forwardNow: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly redisWaitMs: number | undefined;
  readonly logger: Logger;
  readonly memory: MemoryBudget;
  readonly heap: HeapWatch;
  readonly credentials: CredentialsOptions | undefined;
}

/** Creates the runtime; everything without an override is the machine's own. */
export function createRuntime(config: Config, overrides: GatewayOverrides): Runtime {
  const now = overrides.now ?? Date.now;
  const steadyNow = overrides.steadyNow ?? overrides.now ?? (() => performance.now());
  const logger =
    overrides.logger ?? createLogger(config.logLevel, prettyOutput(process.stdout, config.isProduction));
  const ownHeapBytes = heapBytes(config.nodeOptions);
  return {
    config,
    now,
    steadyNow,
    forwardNow: forwardClock(now, steadyNow),
    random: overrides.random ?? Math.random,
    sleep: overrides.sleep ?? ((ms: number) => sleepFor(ms, undefined, { ref: false })),
    redisWaitMs: overrides.redisWaitMs,
    logger,
    memory: memoryBudget(overrides.heapBytes ?? ownHeapBytes),
    heap: new HeapWatch({
      limitBytes: overrides.usedMemory ? (overrides.heapBytes ?? ownHeapBytes) : ownHeapBytes,
      used: overrides.usedMemory,
      residentLimitBytes: residentBytes(ownHeapBytes),
      collectGarbage: overrides.usedMemory ? () => undefined : collectGarbage,
      now: steadyNow,
      logger,
    }),
    credentials: overrides.credentials,
  };
}
