import { setTimeout as sleepFor } from 'node:timers/promises';
import { type Config } from '../config.js';
import { heapBytes } from '../heap.js';
import { type Comparison } from '../operations/execution/compiled-queries.js';
import { type Patience } from '../server/limits/slow-clients.js';
import { createLogger, type Logger } from '../server/logger.js';
import { type Line } from '../workers/line.js';
import { memoryBudget, type MemoryBudget } from './memory-budget.js';
import { type ServedByPrimary } from './workers/served.js';

/** What a test may put in place of the machine's own, and what a worker has of its primary. */
export interface GatewayParts {
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
  /** Of which this process is a worker: what the workers share is there. */
  readonly primary?: Line<ServedByPrimary>;
}

/** What every room is given of the world outside. */
export interface Surroundings {
  readonly config: Config;
  readonly now: () => number;
  readonly random: () => number;
  readonly sleep: (ms: number) => Promise<unknown>;
  readonly logger: Logger;
  readonly memory: MemoryBudget;
  readonly primary: Line<ServedByPrimary> | undefined;
}

/** The machine's own, where a part is not given. */
export function surroundingsOf(config: Config, parts: GatewayParts): Surroundings {
  return {
    config,
    now: parts.now ?? Date.now,
    random: parts.random ?? Math.random,
    sleep: parts.sleep ?? ((ms: number) => sleepFor(ms, undefined, { ref: false })),
    logger: parts.logger ?? createLogger(config.logLevel),
    memory: memoryBudget(parts.heapBytes ?? heapBytes(config.nodeOptions)),
    primary: parts.primary,
  };
}
