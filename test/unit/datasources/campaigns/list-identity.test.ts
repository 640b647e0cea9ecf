import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type AccountReader } from '../../../../src/datasources/campaigns/account-reader.js';
import {
  campaignListRef,
  campaignSidOf,
  messageListRef,
  windowKey,
} from '../../../../src/datasources/campaigns/list-identity.js';
import { campaignList, messageList } from '../../../../src/datasources/campaigns/lists.js';
import { fingerprintOf } from '../../../../src/datasources/paging/cursors/cursor.js';
import { CampaignStatus } from '../../../../src/domain/campaigns/campaign.js';
import {
  CampaignOrderField,
  type CampaignQuery,
  campaignQueryOf,
  type MessageQuery,
  messageQueryOf,
  OrderDirection,
} from '../../../../src/domain/lists/list-query.js';

const account = { maximum: {}, latest: {} } as AccountReader; // these tests read no list
const slice = { offset: 50, limit: 50 };
const campaigns = campaignQueryOf({
  filter: { name: 'Diwali', status: [CampaignStatus.COMPLETED, CampaignStatus.PAUSED] },
  orderBy: { field: CampaignOrderField.NAME, direction: OrderDirection.ASC },
});
const messages: MessageQuery = { number: '+91', direction: OrderDirection.DESC };

/** Texts that could be mistaken for parts of a key. */
const tricky = fc.oneof(
  fc.string(),
  fc.constantFrom(' ', '0+50 ', ' messages ', 'campaigns {"name":', ' {"number":null}', ' {', '"', '\\'),
);
const text = fc.array(tricky, { maxLength: 4 }).map((parts) => parts.join(''));

describe('the identity of a list', () => {
  it.each([
    [
      'campaigns',
      campaignList(account, campaigns),
      campaignList(account, { ...campaigns, madeUp: 1 } as CampaignQuery),
    ],
    [
      'messages',
      messageList(account, 's', messages),
      messageList(account, 's', { ...messages, madeUp: 1 } as MessageQuery),
    ],
  ])('of %s has every member of the query, in cursors and in cache keys', (_kind, list, other) => {
    expect(fingerprintOf(other.identity)).not.toBe(fingerprintOf(list.identity));
    expect(windowKey(other, slice)).not.toBe(windowKey(list, slice));
  });

  it('is compatible with issued cursors', () => {
    expect(fingerprintOf(campaignListRef(campaigns).identity)).toBe('gATYTe2E');
    expect(fingerprintOf(messageListRef('s1', messages).identity)).toBe('OHEWHfWN');
  });

  it('without a filter is compatible with issued cursors: members of later releases are absent', () => {
    expect(campaignListRef(campaignQueryOf({})).identity).toBe(
      'campaigns {"name":null,"statuses":[],"order":{"field":"START_TIME","direction":"DESC"}}',
    );
    expect(messageListRef('s1', messageQueryOf({})).identity).toBe(
      'messages s1 {"number":null,"direction":null}',
    );
    const later = { ...messageQueryOf({}), madeUp: undefined } as MessageQuery;
    expect(messageListRef('s1', later).identity).toBe(messageListRef('s1', messageQueryOf({})).identity);
  });

  it('differs between any two lists, for all sids and filters', () => {
    fc.assert(
      fc.property(
        fc.array(fc.record({ sid: text, number: fc.option(text) }), { minLength: 2, maxLength: 2 }),
        ([one, other]) => {
          const [key, otherKey] = [one, other].map((list) =>
            windowKey(
              messageListRef(list?.sid ?? '', { number: list?.number ?? null, direction: null }),
              slice,
            ),
          );
          expect(key === otherKey).toBe(one?.sid === other?.sid && one?.number === other?.number);
        },
      ),
    );
  });

  it('contains the sid of the campaign whose messages it lists', () => {
    fc.assert(
      fc.property(text, fc.option(text), (sid, number) => {
        expect(campaignSidOf(windowKey(messageListRef(sid, { number, direction: null }), slice))).toBe(sid);
      }),
      { examples: [['s', ' {']] },
    );
  });
});
