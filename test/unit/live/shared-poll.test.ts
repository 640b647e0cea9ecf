import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type AccountReader } from '../../../src/datasources/campaigns/account-reader.js';
import { type Telemetry } from '../../../src/domain/telemetry.js';
import { ChangeFeed } from '../../../src/live/change-feed.js';
import { type Leases } from '../../../src/live/leases.js';
import { SharedPoll } from '../../../src/live/shared-poll.js';
import { campaign } from '../schema/campaigns.js';

let nowMs: number;
let feed: ChangeFeed;
let poll: SharedPoll;
let reads: string[];

beforeEach(() => {
  nowMs = Date.parse('2026-01-05T00:00:00Z');
  reads = [];
  const telemetry = { subscriptionOpened: () => () => undefined } as unknown as Telemetry;
  feed = new ChangeFeed(() => nowMs, 1_000_000, telemetry);
  poll = new SharedPoll({
    feed,
    account: {
      campaigns: (sids: readonly string[]) => {
        reads.push(...sids);
        return Promise.resolve([campaign]);
      },
    } as unknown as AccountReader,
    leases: {
      acquire: () => Promise.resolve(true),
      release: () => Promise.resolve(),
    } as unknown as Leases,
    onPolled: () => undefined,
    isCalledBack: () => true,
    now: () => nowMs,
    speed: 1,
  });
});
afterEach(() => {
  poll.close();
});

/** The first subscriber finds the campaign as it was read at a time. */
function subscribe(readAtMs: number): void {
  feed.campaignChanges(campaign.sid, 'ws');
  feed.baseline({ ...campaign, fetchedAt: new Date(readAtMs).toISOString() });
}

describe('after changes may have been missed', () => {
  it.each([
    ['at once if its baseline is older', -1, ['a']],
    ['as usual if its baseline is newer', 1, []],
  ])('a campaign with a later subscriber is read %s', async (_when, baselineMs, expected) => {
    poll.pollAll();
    const baselineAtMs = nowMs + baselineMs;
    nowMs += 5000;
    subscribe(baselineAtMs);
    await new Promise((resolve) => setTimeout(resolve, 20));
    expect(reads).toEqual(expected);
  });
});
