import { randomBytes } from 'node:crypto';
import { HybridClock } from '../datasources/cache/hybrid-clock.js';
import { AccountReader } from '../datasources/campaigns/account-reader.js';
import { defaultFreshness, accelerated } from '../datasources/campaigns/freshness.js';
import { type WritingOptions } from '../datasources/writing/campaign-writer.js';
import { type WithCallbacks } from '../datasources/writing/create.js';
import { Creates } from '../datasources/writing/creates.js';
import { ChangeFeed } from '../live/change-feed.js';
import { LiveChanges } from '../live/live-changes.js';
import { batchCallsOf } from '../operations/cost/operation-cost.js';
import { type Disposables } from './disposables.js';
import { type Observation } from './observation.js';
import { type Runtime } from './runtime.js';
import { type OpenUpstream } from './upstream.js';

/** Another gateway's readings are not waited for longer, in milliseconds. */
const longestWaitMs = 5000;

/**
 * What is read of the account, and what is live about it: each reading is looked at for changes, each change outdates.
 * @param ownUrl where this gateway is reached, once it listens.
 */
export function openAccount(
  { config, now, logger, memory }: Runtime,
  { metrics, drift }: Observation,
  { client, shared }: OpenUpstream,
  opened: Disposables,
  ownUrl: () => string | undefined,
) {
  const speed = config.upstream.kind === 'sandbox' ? config.sandbox.speed : 1;
  const feed = new ChangeFeed(now, memory.waitingEvents, metrics.feed);
  const clock = new HybridClock(now);
  const account = new AccountReader({
    client,
    clock,
    now,
    isCacheOn: config.isCacheOn,
    maximumBytes: memory,
    freshness: accelerated(defaultFreshness, speed),
    batchCalls: batchCallsOf(config.maximumUpstreamCalls),
    onRead: metrics.read,
    onCampaign: (campaign, order) => {
      feed.observe(campaign, order);
      live.peers.announceRead(campaign, order);
    },
    onWrite: (sid) => {
      live.peers.announceWrite(sid);
    },
    shared: shared.readings && {
      store: shared.readings,
      waitMs: Math.min(config.timeoutMs, longestWaitMs),
    },
  });
  const live = new LiveChanges({
    feed,
    account,
    drift,
    clock,
    bus: shared.bus,
    state: shared.state,
    maximumBytes: memory,
    onMalformedMessage: () => {
      logger.warn('another gateway said something that cannot be read');
    },
    secret: config.webhookSecret ?? randomBytes(32).toString('hex'),
    root: () => config.publicUrl ?? (config.upstream.kind === 'sandbox' ? ownUrl() : undefined),
    now,
    speed,
  });
  opened.add(live, (it) => {
    it.close();
  });
  return { account, live };
}

/** An account that is open. */
type OpenAccount = ReturnType<typeof openAccount>;

/** What every request writes with. */
export function openWriting(
  { config: { timeoutMs, rateLimit }, now, random, sleep }: Runtime,
  { audit }: Observation,
  { client, shared: { state }, accountSid }: OpenUpstream,
  { account, live }: OpenAccount,
): WritingOptions {
  const withCallbacks: WithCallbacks = (draft, campaign) => live.urls.fill(draft, campaign);
  const windowRows = (): number => account.maximum.campaigns.rows;
  const creates = new Creates({
    client,
    state,
    accountSid,
    timeoutMs,
    now,
    random,
    sleep,
    windowRows,
    maximumWindows: maximumWindows(rateLimit),
    withCallbacks,
  });
  return { client, creates, audit, timeoutMs, now, sleep, withCallbacks };
}

/** A look for a lost campaign may take a third of what the account may ask in a minute; within reason. */
function maximumWindows(rateLimit: number): number {
  const reasonable = 100;
  return rateLimit === 0 ? reasonable : Math.min(reasonable, Math.max(10, Math.floor(rateLimit / 3)));
}
