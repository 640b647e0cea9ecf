import { expect, it } from '@jest/globals';
import { type AccountReader } from '../../../src/datasources/campaigns/account-reader.js';
import { type DriftWatch } from '../../../src/datasources/exotel/drift/drift-watch.js';
import { CallbackReceiver } from '../../../src/live/callback-receiver.js';
import { CallbackUrls, WebhookTokens } from '../../../src/live/callback-urls.js';
import { type ChangeFeed } from '../../../src/live/change-feed.js';
import { type RefreshDebouncer } from '../../../src/live/refresh-debouncer.js';
import { campaignCallback } from '../../support/writing/callbacks.js';

it('drift of a callback is counted by the instance that has received it, and by no peer', () => {
  const tokens = new WebhookTokens('the secret');
  const inspected: unknown[] = [];
  const receiver = new CallbackReceiver({
    feed: { watchedCampaign: () => undefined } as unknown as ChangeFeed,
    account: { cached: () => undefined } as unknown as AccountReader,
    refreshes: {} as RefreshDebouncer,
    tokens,
    urls: new CallbackUrls(tokens, () => undefined),
    maximumBytes: 1_000_000,
    drift: {
      lookAtCallback: (_kind: string, body: unknown) => inspected.push(body),
    } as unknown as DriftWatch,
    forward: () => undefined,
    onUncached: undefined,
    published: undefined,
  });
  const body = campaignCallback('a', 'completed');
  expect(receiver.receive('campaign', tokens.mint('campaign'), body)).toBe('accepted');
  receiver.receiveForwarded('campaign', tokens.mint('campaign'), body);
  expect(receiver.receive('campaign', 'x'.repeat(56), body)).toBe('unknownAddress');
  expect(inspected).toEqual([body]);
});
