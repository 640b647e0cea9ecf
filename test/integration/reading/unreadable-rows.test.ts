import { afterEach, describe, expect, it } from '@jest/globals';
import { CampaignPageDocument, MessagePageDocument } from '../../operations/generated.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { type ScriptedUpstream, startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';

let upstream: ScriptedUpstream;
let gateway: GatewayUnderTest;

afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

async function behindRows(items: readonly unknown[]): Promise<void> {
  upstream = await startScriptedUpstream(() => ({
    json: {
      request_id: 'r',
      method: 'GET',
      http_code: 200,
      metadata: { count: items.length, offset: 0, total: items.length, limit: 50 },
      response: items,
    },
  }));
  gateway = await startGatewayOn(upstream.baseUrl);
}

/** Starts both, without a cache, in front of pages of a list that changes. */
async function behindPages(list: () => readonly unknown[]): Promise<void> {
  upstream = await startScriptedUpstream(({ target }) => {
    const { searchParams } = new URL(target, 'http://upstream');
    const [offset, limit] = [Number(searchParams.get('offset')), Number(searchParams.get('limit'))];
    const items = list();
    const response = items.slice(offset, offset + limit);
    const metadata = { count: response.length, offset, total: items.length, limit };
    return { json: { request_id: 'r', method: 'GET', http_code: 200, metadata, response } };
  });
  gateway = await startGatewayOn(upstream.baseUrl, { CACHE: 'off' });
}

const item = (data: unknown) => ({ code: 200, status: 'success', data });
const campaign = (sid: string, changes: Readonly<Record<string, unknown>> = {}) => ({
  sid,
  account_sid: 'acme',
  name: 'new camp',
  content_type: 'static',
  lists: ['l'],
  schedule: { start_time: '2022-05-30T15:57:00+05:30', end_time: '2022-06-29T15:57:00+05:30' },
  status: 'completed',
  sender_id: 'EXOTEL',
  sms_type: 'transactional',
  template: 'Hi',
  date_created: '2022-05-30T15:47:59+05:30',
  date_updated: '2022-05-30T16:19:14+05:30',
  stats: { sent: 2 },
  ...changes,
});
const message = (sid: string, changes: Readonly<Record<string, unknown>> = {}) => ({
  sid,
  number: 'XXXXXXXXXX',
  status: 'sent',
  body: 'Hi',
  ...changes,
});

const failed = {
  code: 409,
  status: 'failure',
  data: null,
  error_data: { code: 1008, message: 'secret words' },
};

describe('an unreadable row is an error at its path, and the other rows stay', () => {
  it.each<[string, unknown]>([
    ['a failed item', failed],
    ['an item without data', item(null)],
    ['no item at all', null],
    ['text in place of an item', 'oops'],
    ['a campaign without a sid', item({ ...campaign('b'), sid: undefined })],
    ['a campaign without a status', item({ ...campaign('b'), status: undefined })],
    ['a campaign whose creation time is not a time', item(campaign('b', { date_created: 'yesterday' }))],
  ])('of campaigns: %s', async (_what, bad) => {
    await behindRows([item(campaign('a')), bad, item(campaign('c'))]);
    const { data, errors } = await gateway.execute(CampaignPageDocument, { first: 10 });
    expect(data?.campaigns.edges.map(({ node }) => node?.sid)).toEqual(['a', undefined, 'c']);
    expect(data?.campaigns.totalCount).toBe(3);
    expect(errors?.map(({ path }) => path)).toEqual([['campaigns', 'edges', 1, 'node']]);
    expect(JSON.stringify(errors)).not.toContain('secret words');
  });

  it.each<[string, unknown]>([
    ['a failed item', failed],
    ['a message without a number', item({ ...message('b'), number: undefined })],
    ['a message without a status', item({ ...message('b'), status: null })],
  ])('of messages: %s', async (_what, bad) => {
    await behindRows([item(message('a')), bad, item(message('c'))]);
    const { data, errors } = await gateway.execute(MessagePageDocument, { sid: 's', first: 10 });
    expect(data?.campaign?.messages?.edges.map(({ node }) => node?.sid)).toEqual(['a', undefined, 'c']);
    expect(errors).toHaveLength(1);
  });

  it('and its cursor is valid', async () => {
    await behindRows([item(campaign('a')), failed, item(campaign('c'))]);
    const first = await gateway.execute(CampaignPageDocument, { first: 2 });
    const after = first.data?.campaigns.pageInfo.endCursor;
    const { data } = await gateway.execute(CampaignPageDocument, { first: 2, after });
    expect(data?.campaigns.edges.map(({ node }) => node?.sid)).toEqual(['c']);
  });
});

describe('a page after an unreadable row that has left the list, with CACHE=off', () => {
  it.each<[string, unknown]>([
    ['a failed item', failed],
    ['a campaign with a sid only', item({ sid: 'x' })],
    ['a campaign without a template', item(campaign('x', { template: undefined }))],
  ])('shows the row that is in its place now: %s', async (_what, bad) => {
    const [b, c, d, e] = ['b', 'c', 'd', 'e'].map((sid) => item(campaign(sid)));
    let items = [bad, b, c];
    await behindPages(() => items);
    const first = await gateway.execute(CampaignPageDocument, { first: 1 });
    expect(first.data?.campaigns.edges.map(({ node }) => node)).toEqual([null]);
    const after = first.data?.campaigns.pageInfo.endCursor;
    items = [b, d, e];
    const { campaigns } = await gateway.data(CampaignPageDocument, { first: 10, after });
    expect(campaigns.edges.map(({ node }) => node?.sid)).toEqual(['b', 'd', 'e']);
  });
});

describe('a row without an optional key is readable', () => {
  it.each<[string, Record<string, unknown>, Record<string, unknown>]>([
    [
      'an unknown status',
      { status: 'Under-Review' },
      { status: 'UNKNOWN', upstreamStatus: 'Under-Review', availableActions: [] },
    ],
    ['an unknown content type', { content_type: 'hybrid' }, { contentType: 'UNKNOWN' }],
    ['an unknown SMS type', { sms_type: null }, { smsType: 'UNKNOWN' }],
    ['no stats', { stats: undefined }, { stats: expect.objectContaining({ total: 0, sent: 0 }) }],
    ['no schedule', { schedule: null }, { schedule: { startTime: null, endTime: null } }],
    [
      'an unreadable start',
      { schedule: { start_time: 'soon' } },
      { schedule: { startTime: null, endTime: null } },
    ],
    ['no change time', { date_updated: undefined }, { updatedAt: '2022-05-30T10:17:59.000Z' }],
    ['keys of tomorrow', { colour: { of: 'the sky' } }, { name: 'new camp' }],
    ['an unreadable cost', { estimated_cost: 'much' }, { estimatedCost: null }],
    ['a callback that is no URL', { status_callback: 'not a url' }, { statusCallback: 'not a url' }],
  ])('%s', async (_what, changes, expected) => {
    await behindRows([item(campaign('a', changes))]);
    const { campaigns } = await gateway.data(CampaignPageDocument, { first: 10 });
    expect(campaigns.edges[0]?.node).toMatchObject(expected);
  });
});

it.each(['the row before it', 'the row after it', 'the first row'])(
  'a page after an unreadable row that has a sid begins after it, also where %s has left, with CACHE=off',
  async (which) => {
    const rowAt = (index: number) =>
      campaign(`row-${String(index)}`, {
        schedule: {
          start_time: `2022-05-30T15:${String(59 - index)}:00+05:30`,
          end_time: '2022-06-29T15:57:00+05:30',
        },
        ...(index === 5 && { status: undefined }),
      });
    let items = Array.from({ length: 20 }, (_, index) => item(rowAt(index)));
    await behindPages(() => items);
    const first = await gateway.execute(CampaignPageDocument, { first: 6 });
    const left = which === 'the row before it' ? 4 : which === 'the first row' ? 0 : 6;
    items = items.filter((_, index) => index !== left);
    const after = first.data?.campaigns.pageInfo.endCursor;
    const { data } = await gateway.execute(CampaignPageDocument, { first: 2, after });
    const expected = left === 6 ? ['row-7', 'row-8'] : ['row-6', 'row-7'];
    expect(data?.campaigns.edges.map(({ node }) => node?.sid)).toEqual(expected);
  },
);
