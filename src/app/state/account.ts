import { randomBytes } from 'node:crypto';
import { HybridClock } from '../../datasources/cache/hybrid-clock.js';
import { AccountReader } from '../../datasources/campaigns/account-reader.js';
import { SharedMessagePages } from '../../datasources/campaigns/shared-pages.js';
import { defaultFreshness, accelerated } from '../../datasources/campaigns/freshness.js';
import { type WritingOptions } from '../../datasources/writing/campaign-writer.js';
import { CallbackUpdates } from '../../datasources/writing/callback-updates.js';
import { type WithCallbacks } from '../../datasources/writing/create.js';
import { Creates } from '../../datasources/writing/creates.js';
import { OpenWrites } from '../../datasources/writing/open-writes.js';
import { type Telemetry } from '../../domain/telemetry.js';
import { CacheInvalidation } from '../../live/cache-invalidation.js';
import { LiveChanges } from '../../live/live-changes.js';
import { batchCallsOf } from '../../operations/cost/operation-cost.js';
import { type Disposables } from '../disposables.js';
import { type Runtime } from '../runtime.js';
import { type OpenUpstream } from '../upstream.js';

/** Longest wait for a read that another instance has begun, in milliseconds. */
const longestWaitMs = 5000;

/**
 * Creates the account's reads and live changes. Each read is compared with the last one to find changes, and each change
 * invalidates cache entries.
 * @param ownUrl URL of this gateway; undefined until it listens.
 */
export function openAccount(
  { config, now, forwardNow, sleep, memory, heap }: Runtime,
  telemetry: Telemetry,
  { client, shared, drift }: OpenUpstream,
  disposables: Disposables,
  ownUrl: () => string | undefined,
) {
  const speed = config.upstream.kind === 'sandbox' ? config.sandbox.speed : 1;
  const sharedNow = shared.redis ? shared.clock.now : now;
  const clock = new HybridClock(sharedNow);
  const account = new AccountReader({
    client,
    clock,
    now: forwardNow,
    isCacheOn: config.isCacheOn,
    maximumBytes: memory,
    freshness: accelerated(defaultFreshness, speed),
    batchCalls: batchCallsOf(config.maximumUpstreamCalls),
    maximumPageRows: config.maximumPageRows,
    sharedPages: shared.sharedTier && new SharedMessagePages(shared.state),
    shared: shared.sharedTier && {
      store: shared.sharedTier,
      waitMs: Math.min(config.timeoutMs, longestWaitMs),
      aheadMs: () => forwardNow() - now(),
    },
  });
  account.subscribe((event) => {
    if (event.type === 'read') telemetry.readAnswered(event.resource, event.outcome);
  });
  heap.onFull(() => {
    account.evictWindows();
  });
  const { cacheInvalidation } = config;
  const invalidation =
    cacheInvalidation && disposables.add(new CacheInvalidation({ ...cacheInvalidation, sleep, telemetry }));
  const live = new LiveChanges({
    onChanged: invalidation?.changed,
    telemetry,
    account,
    drift,
    clock,
    bus: shared.bus,
    state: shared.state,
    maximumBytes: memory,
    secret: config.webhookSecret ?? randomBytes(32).toString('hex'),
    root: () => config.publicUrl ?? (config.upstream.kind === 'sandbox' ? ownUrl() : undefined),
    now: forwardNow,
    sharedNow,
    speed,
  });
  return { account, live: disposables.add(live) };
}

/** Reads and live changes of the account. */
type OpenAccount = ReturnType<typeof openAccount>;

/** Options of every request's writer. */
export function openWriting(
  { config: { timeoutMs, rateLimit }, now, forwardNow, random, sleep }: Runtime,
  telemetry: Telemetry,
  { client, shared: { state, clock }, accountSid }: OpenUpstream,
  { account, live }: OpenAccount,
  disposables: Disposables,
): WritingOptions {
  const withCallbacks: WithCallbacks = (draft, campaign) => live.urls.fill(draft, campaign);
  const windowRows = (): number => account.maximum.campaigns.rows;
  const creates = new Creates({
    client,
    state,
    accountSid,
    timeoutMs,
    now,
    forwardNow,
    clock,
    random,
    sleep,
    windowRows,
    maximumWindows: maximumWindows(rateLimit),
    withCallbacks,
  });
  const openWrites = disposables.add(new OpenWrites(telemetry));
  const callbackUpdates = new CallbackUpdates(state, timeoutMs);
  return { client, creates, openWrites, timeoutMs, now, sleep, withCallbacks, callbackUpdates };
}

/** Windows that a search for a lost campaign may read: a third of the account's calls per minute, from 10 to 100. */
function maximumWindows(rateLimit: number): number {
  const most = 100;
  return rateLimit === 0 ? most : Math.min(most, Math.max(10, Math.floor(rateLimit / 3)));
}
