import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedCampaign, documentedMessage } from '../../fixtures/documented-answer.js';
import { ask } from '../../support/clients/ask.js';
import {
  askCampaign,
  codesOf,
  enveloped,
  item,
  type OddUpstream,
  rowWith,
  startOddUpstream,
} from '../../support/upstream/odd-upstream.js';

let odd: OddUpstream;
beforeAll(async () => {
  odd = await startOddUpstream();
});
afterAll(async () => {
  await odd.close();
});

/** One campaign as a client sees it, of a row with these changes. */
async function campaignOf(changes: Readonly<Record<string, unknown>>, sid?: string) {
  odd.answers(enveloped(item(documentedCampaign(changes))));
  return askCampaign(odd, sid);
}

const most = 2 ** 31 - 1;

describe('a count of any size is readable, clamped to the range of Int', () => {
  it.each<[what: string, stats: string, seen: Readonly<Record<string, number>>]>([
    ['a sum beyond it', `{"sent":${most},"failed":1}`, { sent: most, failed: 1, total: most }],
    ['one beyond it', `{"sent":${most + 1}}`, { sent: most, total: most }],
    [
      'all beyond it',
      '{"sent":1e21,"failed":1e999,"invalid":99999999999999999999}',
      { sent: most, failed: most, total: most },
    ],
    ['text beyond it', `{"sent":"${'9'.repeat(400)}"}`, { sent: most, total: most }],
    ['text', '{"sent":"12","failed":"007"}', { sent: 12, failed: 7, total: 19 }],
    ['negative ones', '{"sent":-5,"failed":"-5","invalid":2}', { sent: 0, failed: 0, invalid: 2, total: 2 }],
    ['fractions', '{"sent":1.5,"failed":"1.5","invalid":2.0}', { sent: 0, failed: 0, invalid: 2, total: 2 }],
    ['no numbers', '{"sent":"NaN","failed":null,"invalid":true,"submitted":[7]}', { sent: 0, total: 0 }],
    ['a key twice: the later', '{"sent":1,"sent":2}', { sent: 2, total: 2 }],
    ['two spellings: the later', '{"failed-dnd":1,"FAILED_DND":2}', { failedDnd: 2, total: 2 }],
    ['keys of prototypes', '{"__proto__":{"sent":9},"constructor":3,"sent":1}', { sent: 1, total: 1 }],
    [
      'words of newer guides, which are not statuses that have a count here',
      '{"total":10,"submitted":1,"delivered":5,"failed":1,"pending":2,"rejected":1}',
      { submitted: 1, sent: 0, failed: 1, scheduled: 0, invalid: 0, total: 10 },
    ],
    ['a total below its counts', '{"total":1,"sent":2}', { sent: 2, total: 2 }],
  ])('%s', async (_what, stats, seen) => {
    const row = rowWith('stats', stats);
    odd.answers(`{"http_code":200,"response":{"code":200,"status":"success","data":${row}}}`);
    const { data, errors } = await askCampaign(odd);
    expect(errors).toBeUndefined();
    expect(data?.campaign?.['stats']).toMatchObject(seen);
  });

  it.each([
    [3_000_000_000, most],
    ['3000000000', most],
    [1e21, most],
    [2, 2],
  ])('of rows in a list: %p', async (total, seen) => {
    odd.answers(enveloped([item(documentedCampaign()), item(documentedCampaign())], total));
    const { data, errors } = await ask<{ campaigns: { totalCount: number } }>(
      odd.gateway,
      '{ campaigns(first: 2) { totalCount nodes { sid } } }',
    );
    expect([data?.campaigns.totalCount, errors]).toEqual([seen, undefined]);
  });
});

describe('an invalid cost or time is null, and the campaign stays', () => {
  it.each<
    [what: string, changes: Readonly<Record<string, unknown>>, seen: Readonly<Record<string, unknown>>]
  >([
    ['a cost as text', { estimated_cost: '12.50' }, { estimatedCost: 12.5 }],
    ['a cost in hexadecimal', { estimated_cost: '0x10' }, { estimatedCost: null }],
    ['a cost with words', { estimated_cost: '12 rupees' }, { estimatedCost: null }],
    ['a huge cost as text', { estimated_cost: '9'.repeat(400) }, { estimatedCost: null }],
    ['epoch milliseconds', { date_updated: 9_999_999_999_999 }, { updatedAt: '2022-05-30T10:17:59.000Z' }],
    ['the last moment of JavaScript', { schedule: { end_time: '+275760-09-13T00:00:00Z' } }, noEnd()],
    ['a year before 0', { schedule: { end_time: '0000-01-01T00:00:00+05:30' } }, noEnd()],
    ['a year after 9999', { schedule: { end_time: '9999-12-31T23:59:59-05:30' } }, noEnd()],
    ['the 30th of February', { schedule: { end_time: '2026-02-30T00:00:00+05:30' } }, noEnd()],
    ['an offset of a day', { schedule: { end_time: '2026-02-20T00:00:00+25:00' } }, noEnd()],
    [
      'a time without an offset, which is likely Indian',
      { schedule: { end_time: '2026-02-20 10:00:00' } },
      { schedule: { startTime: null, endTime: '2026-02-20T04:30:00.000Z' } },
    ],
    [
      'the year 0',
      { schedule: { end_time: '0000-01-01T12:00:00Z' } },
      { schedule: { startTime: null, endTime: '0000-01-01T12:00:00.000Z' } },
    ],
    ['half of a surrogate pair', { template: 'a \ud83d b' }, { template: 'a \ud83d b' }],
    ['a sid of odd characters', { sid: 'सिड"1' }, { sid: 'सिड"1', id: 'सिड"1' }],
    ['a sid that is a number', { sid: 42 }, { sid: '42', id: '42' }],
    ['an id in place of a sid', { sid: undefined, id: 'abc' }, { sid: 'abc', id: 'abc' }],
    ['an id as well as a sid', { sid: 'abc', id: 7 }, { sid: 'abc', id: 'abc' }],
  ])('%s', async (_what, changes, seen) => {
    const { data, errors } = await campaignOf(
      { date_created: '2022-05-30T15:47:59+05:30', ...changes },
      seen['sid'] as string | undefined,
    );
    expect(errors).toBeUndefined();
    expect(data?.campaign).toMatchObject(seen);
  });

  it('a cost beyond the range of numbers', async () => {
    const row = rowWith('estimated_cost', '1e999');
    odd.answers(`{"response":{"code":200,"data":${row}}}`);
    const { data } = await askCampaign(odd);
    expect(data).toMatchObject({ campaign: { estimatedCost: null } });
  });

  function noEnd() {
    return { schedule: { startTime: null, endTime: null } };
  }
});

describe('a row with an unusable sid is unreadable', () => {
  it.each([[''], ['x'.repeat(129)], ['a\ud800'], [null], [1.5], [2 ** 60], [true], [['a']], [{ a: 1 }]])(
    'its sid is %j',
    async (sid) => {
      const { data, errors } = await campaignOf({ sid });
      expect([data?.campaign, codesOf(errors)]).toEqual([null, ['UPSTREAM_INVALID_RESPONSE']]);
    },
  );
});

describe('a number is read as text only with the digits that the upstream wrote', () => {
  /** The largest number of which `JSON.parse` certainly keeps all digits, and others that don't come back as they were written. */
  const exact = '9007199254740991';
  const rounded = ['9007199254740993', '12345678901234567890', '1e21', '0.12345678901234567890'];
  const answers = (row: string): void => {
    odd.answers(`{"metadata":{"total":1},"response":[{"code":200,"status":"success","data":${row}}]}`);
  };
  const campaigns = async (key: string, json: string) => {
    answers(rowWith(key, json));
    const { data, errors } = await ask<{
      campaigns: { nodes: (Readonly<Record<string, unknown>> | null)[] };
    }>(odd.gateway, '{ campaigns(first: 1) { nodes { name senderId lists { sid } } } }');
    return [data?.campaigns.nodes[0], codesOf(errors)];
  };
  const numbers = async (json: string) => {
    answers(JSON.stringify(documentedMessage({ number: 'HERE' })).replace('"HERE"', json));
    const { data, errors } = await ask<{ campaign: { messages: { nodes: unknown[] } } }>(
      odd.gateway,
      '{ campaign(sid: "a") { messages(first: 1) { nodes { number } } } }',
    );
    return [data?.campaign.messages.nodes[0], codesOf(errors)];
  };

  it.each([
    ['name', 'name'],
    ['sender_id', 'senderId'],
  ])('a campaign with its %s as a number that lost digits is unreadable', async (key, field) => {
    expect(await campaigns(key, exact)).toMatchObject([{ [field]: exact }, []]);
    for (const json of rounded)
      expect(await campaigns(key, json)).toEqual([null, ['UPSTREAM_INVALID_RESPONSE']]);
  });

  it('lists of which one lost digits are not shown', async () => {
    expect(await campaigns('lists', `[${exact}, "a"]`)).toMatchObject([
      { lists: [{ sid: exact }, { sid: 'a' }] },
      [],
    ]);
    for (const json of rounded)
      expect(await campaigns('lists', `["a", ${json}]`)).toMatchObject([{ lists: [] }, []]);
  });

  it('a message with its number as a number that lost digits is unreadable', async () => {
    expect(await numbers('919876543210')).toEqual([{ number: '919876543210' }, []]);
    for (const json of rounded) expect(await numbers(json)).toEqual([null, ['UPSTREAM_INVALID_RESPONSE']]);
  });
});

it('messages whose campaign has an unusable sid are unreadable, and the campaign is readable', async () => {
  odd.answers(enveloped([item(documentedCampaign({ sid: 'a/b' }))]));
  const { data, errors } = await ask<{ campaigns: { edges: { node: unknown }[] } }>(
    odd.gateway,
    '{ campaigns(first: 1) { edges { node { sid } } } }',
  );
  expect([data?.campaigns.edges, errors]).toEqual([[{ node: { sid: 'a/b' } }], undefined]);
  const nested = await ask(
    odd.gateway,
    '{ campaigns(first: 1) { nodes { sid messages(first: 1) { totalCount } } } }',
  );
  expect(nested.errors).toMatchObject([
    {
      path: ['campaigns', 'nodes', 0, 'messages'],
      extensions: { code: 'UPSTREAM_INVALID_RESPONSE', sid: 'a/b' },
    },
  ]);
});
