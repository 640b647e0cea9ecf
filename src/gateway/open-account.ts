import { randomBytes } from 'node:crypto';
import { AccountReads } from '../datasources/reading/account-reads.js';
import { defaultFreshness, spedUp } from '../datasources/reading/freshness.js';
import { ReadingClock } from '../datasources/reading/reading-clock.js';
import { ChangeFeed } from '../live/change-feed.js';
import { LiveChanges } from '../live/live-changes.js';
import { batchCallsOf } from '../resolvers/cost/checked-cost.js';
import { type Observation } from './observation.js';
import { type OpenUpstream } from './open-upstream.js';
import { type Opened } from './opened.js';
import { type Surroundings } from './surroundings.js';

/** Another gateway's readings are not waited for longer, in milliseconds. */
const longestWaitMs = 5000;

/**
 * What is read of the account, and what is live about it: each reading is looked at for changes, each change outdates.
 * @param ownUrl where this gateway is reached, once it listens.
 */
export function openAccount(
  { config, now, logger, memory }: Surroundings,
  { metrics, drift }: Observation,
  { client, shared }: OpenUpstream,
  opened: Opened,
  ownUrl: () => string | undefined,
) {
  const speed = config.upstream.kind === 'sandbox' ? config.sandbox.speed : 1;
  const feed = new ChangeFeed(now, memory.waitingEvents, metrics.feed);
  const clock = new ReadingClock(now);
  const account = new AccountReads({
    client,
    clock,
    now,
    isCacheOn: config.isCacheOn,
    maximumBytes: memory,
    freshness: spedUp(defaultFreshness, speed),
    batchCalls: batchCallsOf(config.maximumUpstreamCalls),
    onRead: metrics.read,
    onSeen: (campaign, order) => {
      feed.seen(campaign, order);
      live.others.seen(campaign, order);
    },
    onWrote: (sid) => {
      live.others.wrote(sid);
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
    onUnreadable: () => {
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
export type OpenAccount = ReturnType<typeof openAccount>;
