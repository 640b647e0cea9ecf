import { type Redis } from 'ioredis';
import { type CallLedger } from '../datasources/exotel/rate-limit/upstream-quota.js';
import { MemoryBus, MemoryState } from '../datasources/state/memory-state.js';
import { type SharedBus } from '../datasources/state/shared-bus.js';
import { type SharedTierStore } from '../datasources/state/shared-tier-store.js';
import { type SharedState } from '../datasources/state/shared-state.js';
import { Throttle } from '../telemetry/throttle.js';
import { type Runtime } from './runtime.js';

/** What the gateways of the account share, and how it is let go of. */
export interface OpenState {
  readonly state: SharedState;
  readonly bus: SharedBus;
  /** Undefined where this process is the only gateway. */
  readonly redis: Redis | undefined;
  readonly readings: SharedTierStore | undefined;
  readonly ledger: CallLedger | undefined;
  /** Goes before every key, so that several accounts can share a Redis. */
  readonly prefix: string;
  /** Resolves once Redis answers, or a moment later where it doesn't: what was read and called is known then. */
  ready(): Promise<void>;
  close(): void;
}

/** A start waits for Redis no longer: a gateway works without it. */
const readyWithinMs = 1000;

/** What the gateways of the account share; without a Redis this process is the only one. */
export async function openState(
  { config: { redisUrl, timeoutMs }, now, logger, memory }: Runtime,
  account: string,
): Promise<OpenState> {
  const prefix = `campaign-gateway:${account}:`;
  const seldom = new Throttle(() => performance.now());
  const onTrouble = (error: Error): void => {
    seldom.run('trouble', () => {
      logger.warn({ err: error }, 'the shared state cannot be reached');
    });
  };
  if (redisUrl === undefined)
    return {
      state: new MemoryState(now, memory.state),
      bus: new MemoryBus(),
      redis: undefined,
      readings: undefined,
      ledger: undefined,
      prefix,
      ready: () => Promise.resolve(),
      close: () => undefined,
    };
  const { openRedisState } = await import('./redis-state.js');
  const held = openRedisState({ redisUrl, prefix, onTrouble, timeoutMs, now });
  return { ...held, prefix, ready: () => held.ready(readyWithinMs) };
}
