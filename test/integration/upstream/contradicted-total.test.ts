import { describe, expect, it } from '@jest/globals';
import { documentedCampaign } from '../../fixtures/documented-answer.js';
import { ask } from '../../support/clients/ask.js';
import { startScripted } from '../../support/gateway/setup.js';
import { walkBackwards, type WalkedPage, walkForwards } from '../../support/operations/page-walk.js';

const campaignAt = (index: number) => documentedCampaign({ sid: `c${index}` });

function messageAt(index: number) {
  return { sid: `m${index}`, number: '+919876543210', status: 'sent', body: 'Hi' };
}

/** An upstream whose lists have so many rows, and whose metadata have this total. */
async function startWith(count: number, total: number | ((shown: number) => number), cache: string) {
  const { gateway, methods } = await startScripted(
    ({ target }) => {
      const { pathname, searchParams } = new URL(target, 'http://upstream');
      const [offset, limit] = [Number(searchParams.get('offset')), Number(searchParams.get('limit'))];
      const rowAt = pathname.endsWith('message-details') ? messageAt : campaignAt;
      const shown = Math.max(0, Math.min(limit, count - offset));
      const response = Array.from({ length: shown }, (_, index) => ({
        code: 200,
        status: 'success',
        data: rowAt(offset + index),
      }));
      const stated = typeof total === 'number' ? total : total(shown);
      return { json: { http_code: 200, metadata: { offset, limit, count: shown, total: stated }, response } };
    },
    { CACHE: cache },
  );
  return { gateway, calls: () => methods().length };
}

interface Page {
  readonly totalCount: number;
  readonly pageInfo: { readonly hasNextPage: boolean };
  readonly nodes: readonly { readonly sid: string }[];
}

const page = 'totalCount pageInfo { hasNextPage } nodes { sid }';
const campaigns = (first: number) => `{ page: campaigns(first: ${first}) { ${page} } }`;
const campaignPage = async (gateway: Parameters<typeof ask>[0], first: number) => {
  const { data, errors } = await ask<{ page: Page }>(gateway, campaigns(first));
  const codes = errors?.map(({ extensions }) => (extensions as { code?: string } | undefined)?.code);
  return codes ?? [data?.page.totalCount, data?.page.pageInfo.hasNextPage, data?.page.nodes.length];
};

describe.each(['on', 'off'])(
  'a total that is less than the number of rows in the response (CACHE=%s)',
  (cache) => {
    it.each([0, 1, 49])('%i with a full page: UPSTREAM_INVALID_RESPONSE, no row is hidden', async (total) => {
      const { gateway } = await startWith(120, total, cache);
      expect(await campaignPage(gateway, 50)).toEqual(['UPSTREAM_INVALID_RESPONSE']);
    });

    it('with a page that is not full: the number of rows is the total, with one call', async () => {
      const { gateway, calls } = await startWith(7, 3, cache);
      expect(await campaignPage(gateway, 20)).toEqual([7, false, 7]);
      expect(calls()).toBe(1);
    });

    it('in a list of messages', async () => {
      const { gateway } = await startWith(120, 0, cache);
      const query = `{ campaign(sid: "c0") { messages(first: 50) { ${page} } } }`;
      const { data, errors } = await ask<{ campaign: { messages: Page | null } | null }>(gateway, query);
      expect(data?.campaign?.messages ?? null).toBeNull();
      expect(errors?.map(({ extensions }) => extensions)).toMatchObject([
        { code: 'UPSTREAM_INVALID_RESPONSE' },
      ]);
    });

    it('never, where the list has exactly one page: one call', async () => {
      const { gateway, calls } = await startWith(50, 50, cache);
      expect(await campaignPage(gateway, 50)).toEqual([50, false, 50]);
      expect(calls()).toBe(1);
    });
  },
);

const variables = '($first: Int, $after: String, $last: Int, $before: String)';
const walkedPage = `(first: $first, after: $after, last: $last, before: $before) {
  totalCount pageInfo { hasNextPage hasPreviousPage startCursor endCursor } edges { cursor node { sid } }
}`;
const campaignList = `query ${variables} { list: campaigns${walkedPage} }`;
const messageList = `query ${variables} { campaign(sid: "c0") { list: messages${walkedPage} } }`;

interface List {
  readonly list: WalkedPage;
}

describe.each(['on', 'off'])('a total that counts 150 rows more than are returned (CACHE=%s)', (cache) => {
  it.each([
    ['campaigns, forward', campaignList, 'c', walkForwards],
    ['campaigns, backward', campaignList, 'c', walkBackwards],
    ['messages, forward', messageList, 'm', walkForwards],
    ['messages, backward', messageList, 'm', walkBackwards],
  ])('ends a walk through %s, which shows every row once', async (_what, query, letter, walk) => {
    const { gateway } = await startWith(120, 270, cache);
    const sids = await walk(33, async (step) => {
      const { data } = await ask<List | { readonly campaign: List }>(gateway, query, {
        variables: { ...step },
      });
      if (!data) throw new Error('the page has no data');
      return 'list' in data ? data.list : data.campaign.list;
    });
    const rows = Array.from({ length: 120 }, (_, index) => `${letter}${index}`);
    expect(sids.filter((sid) => sid !== 'unreadable')).toEqual(rows);
    expect(sids).toHaveLength(270);
  });
});

describe.each(['on', 'off'])('a total of 50 million with 5 rows (CACHE=%s)', (cache) => {
  const sids = JSON.stringify(Array.from({ length: 5 }, (_, index) => `c${index}`));
  const representations = sids.replaceAll(/"(c\d)"/g, '{__typename:"Campaign",sid:"$1"}');
  it.each([
    ['campaigns by sid', `{ campaignsBySid(sids: ${sids}) { sid } }`],
    ['campaigns of one request', '{ a: campaign(sid: "c0") { sid } b: campaign(sid: "c1") { sid } }'],
    ['entities', `{ _entities(representations: ${representations}) { ... on Campaign { name } } }`],
    ['the first campaigns', '{ campaigns(first: 5) { nodes { sid } } }'],
    ['the last campaigns', '{ campaigns(last: 5) { nodes { sid } } }'],
    ['messages', '{ campaign(sid: "c0") { messages(first: 200) { nodes { sid } } } }'],
    ['the last messages', '{ campaign(sid: "c0") { messages(last: 5) { nodes { sid } } } }'],
  ])('%s: takes as long as a true one', async (_what, query) => {
    const cpuOf = async (total: number): Promise<number> => {
      const { gateway } = await startWith(5, total, cache);
      await ask(gateway, '{ __typename }');
      const before = process.cpuUsage();
      await ask(gateway, query);
      const { user, system } = process.cpuUsage(before);
      return user + system;
    };
    await cpuOf(5);
    const usual = await cpuOf(5);
    expect((await cpuOf(50_000_000)) / usual).toBeLessThan(20);
  });
});
