import { setTimeout as sleepFor } from 'node:timers/promises';
import { type Logger } from 'pino';
import { type Config } from '../config/config.js';
import { type Comparison } from '../operations/execution/compiled-queries.js';
import { type Patience } from '../server/limits/slow-clients.js';
import { createLogger } from '../telemetry/logger.js';
import { heapBytes, memoryBudget, type MemoryBudget } from './memory-budget.js';

/** Replacements for the machine's own, for tests, and what a worker gets from its primary process. */
export interface GatewayOverrides {
  /** Epoch milliseconds. */
  readonly now?: () => number;
  readonly logger?: Logger;
  /** From 0 to 1. */
  readonly random?: () => number;
  /** Waits between two looks for what a lost answer was about. */
  readonly sleep?: (ms: number) => Promise<unknown>;
  /** Looks on while compiled queries are run. */
  readonly compare?: Comparison;
  /** How long clients may take to send a request. */
  readonly patience?: Patience;
  /** Of this process, in bytes: what is kept is bounded by it. */
  readonly heapBytes?: number;
  /** What all workers have counted, in Prometheus's text format; undefined where this process is none of several. */
  readonly clusterMetrics?: () => Promise<string>;
}

/** What every room is given of the world outside. */
export interface Runtime {
  readonly config: Config;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly logger: Logger;
  readonly memory: MemoryBudget;
}

/** The machine's own, where a part is not given. */
export function createRuntime(config: Config, parts: GatewayOverrides): Runtime {
  return {
    config,
    now: parts.now ?? Date.now,
    random: parts.random ?? Math.random,
    sleep: parts.sleep ?? ((ms: number) => sleepFor(ms, undefined, { ref: false })),
    logger: parts.logger ?? createLogger(config.logLevel),
    memory: memoryBudget(parts.heapBytes ?? heapBytes(config.nodeOptions)),
  };
}
