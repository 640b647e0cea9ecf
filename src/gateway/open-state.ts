import { type Redis } from 'ioredis';
import { MemoryBus } from '../datasources/state/memory-bus.js';
import { type CallLedger } from '../datasources/exotel/policy/call-ledger.js';
import { MemoryState } from '../datasources/state/memory-state.js';
import { type SharedReadings } from '../datasources/state/shared-readings.js';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { type RequestCounts } from '../server/limits/request-counts.js';
import { Seldom } from '../server/observe/seldom.js';
import { type Surroundings } from './surroundings.js';

/** What the gateways of the account share, and how it is let go of. */
export interface OpenState {
  readonly state: SharedState;
  readonly bus: SharedBus;
  /** Undefined where this process is the only gateway. */
  readonly redis: Redis | undefined;
  readonly readings: SharedReadings | undefined;
  readonly ledger: CallLedger | undefined;
  /** Where the requests of callers are counted for all workers of one primary process. */
  readonly counts: RequestCounts | undefined;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Resolves once Redis answers, or a moment later where it doesn't: what was read and called is known then. */
  ready(): Promise<void>;
  close(): void;
}

/** A start waits for Redis no longer: a gateway works without it. */
const readyWithinMs = 1000;

/**
 * What the gateways of the account share; without a Redis there is but this one, or the workers of one primary process.
 */
export async function openState(
  { config: { redisUrl, timeoutMs }, now, logger, memory, primary }: Surroundings,
  accountSid: string,
): Promise<OpenState> {
  const prefix = `campaign-gateway:${accountSid}:`;
  const seldom = new Seldom(() => performance.now());
  const onTrouble = (error: Error): void => {
    seldom.say('trouble', () => {
      logger.warn({ err: error }, 'the shared state cannot be reached');
    });
  };
  if (redisUrl === undefined && primary) {
    const { openWorkerState } = await import('./workers/open-worker-state.js');
    const held = openWorkerState({ primary, onTrouble, timeoutMs, now });
    return { ...held, redis: undefined, prefix, ready: () => held.ready(readyWithinMs) };
  }
  if (redisUrl === undefined)
    return {
      state: new MemoryState(now, memory.state),
      bus: new MemoryBus(),
      redis: undefined,
      readings: undefined,
      ledger: undefined,
      counts: undefined,
      prefix,
      ready: () => Promise.resolve(),
      close: () => undefined,
    };
  const { openRedisState } = await import('./open-redis-state.js');
  const held = openRedisState({ redisUrl, prefix, onTrouble, timeoutMs, now });
  return { ...held, prefix, ready: () => held.ready(readyWithinMs) };
}
