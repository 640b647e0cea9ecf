import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import {
  CampaignPageDocument,
  type CampaignPageQueryVariables,
  MessagePageDocument,
} from '../../../operations/generated.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import {
  walkBackwards,
  type WalkedPage,
  walkForwards,
  type WalkStep,
} from '../../../support/operations/page-walk.js';

const now = Date.parse('2026-05-01T10:00:00Z');
const minuteMs = 60_000;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let bigCampaign: string;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  for (let index = 0; index < 107; index += 1)
    // Every third shares its start with the one before: ties must not confuse the order.
    sandbox.state.insert({
      name: `Campaign ${String(index)}`,
      startsAt: now + Math.floor(index / 3) * minuteMs,
    });
  bigCampaign = sandbox.state.insert({ name: 'Big', audience: 5000, startsAt: now - 10 * minuteMs }).sid;
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

async function readCampaigns(step: WalkStep & Partial<CampaignPageQueryVariables>): Promise<WalkedPage> {
  return (await gateway.data(CampaignPageDocument, step)).campaigns;
}

async function readMessages(step: WalkStep): Promise<WalkedPage> {
  const { campaign } = await gateway.data(MessagePageDocument, { sid: bigCampaign, ...step });
  if (!campaign?.messages) throw new Error('the campaign is gone');
  return campaign.messages;
}

const upstreamOrder = async (): Promise<string[]> => walkForwards(50, readCampaigns);

describe('108 campaigns', () => {
  it.each([7, 20, 50, 200])('paged forwards by %i are shown once each, in the same order', async (size) => {
    const sids = await walkForwards(size, readCampaigns);
    expect(new Set(sids)).toEqual(new Set(sandbox.state.campaigns().map(({ sid }) => sid)));
    expect(sids).toHaveLength(108);
    expect(sids).toEqual(await upstreamOrder());
  });

  it('have the same cursors with the default order given or omitted', async () => {
    const first = await readCampaigns({ first: 5 });
    const after = first.pageInfo.endCursor;
    const orderBy = { field: 'START_TIME', direction: 'DESC' } as const;
    const second = await readCampaigns({ first: 5, after, orderBy });
    expect(second.edges).toEqual((await readCampaigns({ first: 5, after })).edges);
    expect(second.edges).toHaveLength(5);
  });

  it.each([7, 50, 200])('paged backwards by %i are shown once each, in the same order', async (size) => {
    expect(await walkBackwards(size, readCampaigns)).toEqual(await upstreamOrder());
  });

  it.each(['START_TIME', 'NAME'] as const)(
    'ordered by %s are shown once each in both directions, mirrored',
    async (field) => {
      const walk = (direction: 'ASC' | 'DESC') =>
        walkForwards(20, (step) => readCampaigns({ ...step, orderBy: { field, direction } }));
      const [ascending, descending] = [await walk('ASC'), await walk('DESC')];
      expect(new Set(ascending).size).toBe(108);
      expect(new Set(descending).size).toBe(108);
    },
  );

  it('have totalCount and both ends in the pageInfo of every page', async () => {
    const first = await readCampaigns({ first: 20 });
    expect(first.totalCount).toBe(108);
    expect(first.pageInfo).toMatchObject({ hasPreviousPage: false, hasNextPage: true });
    expect(first.pageInfo.endCursor).toBe(first.edges.at(-1)?.cursor);
    const rest = await readCampaigns({ first: 200, after: first.pageInfo.endCursor ?? null });
    expect(rest.edges).toHaveLength(88);
    expect(rest.pageInfo).toMatchObject({ hasPreviousPage: true, hasNextPage: false });
  });

  it('between after and before exclude both rows', async () => {
    const all = (await readCampaigns({ first: 108 })).edges;
    const cut = { after: all[10]?.cursor ?? '', before: all[60]?.cursor ?? '' };
    const between = await readCampaigns({ first: 200, ...cut });
    expect(between.edges.map(({ node }) => node?.sid)).toEqual(
      all.slice(11, 60).map(({ node }) => node?.sid),
    );
    const tail = await readCampaigns({ last: 5, ...cut });
    expect(tail.edges.map(({ node }) => node?.sid)).toEqual(all.slice(55, 60).map(({ node }) => node?.sid));
  });

  it('with first: 0 have totalCount only', async () => {
    const page = await readCampaigns({ first: 0 });
    expect(page).toMatchObject({
      edges: [],
      totalCount: 108,
      pageInfo: { startCursor: null, endCursor: null },
    });
  });
});

describe('5,000 messages', () => {
  it.each([500])('paged forwards by %i are shown once each', async (size) => {
    const sids = await walkForwards(size, readMessages);
    expect(sids).toHaveLength(5000);
    expect(new Set(sids)).toEqual(new Set(sandbox.state.messages(bigCampaign).map(({ sid }) => sid)));
  });

  it('paged backwards by 500 are shown once each, in the same order', async () => {
    expect(await walkBackwards(500, readMessages)).toEqual(await walkForwards(500, readMessages));
  });
});

describe('an upstream with smaller pages than documented', () => {
  it.each([
    ['says so', {}],
    ['says so for messages', { messagePageMaximum: 30 }],
  ])('skips and repeats nothing if it %s', async (_how, maximums) => {
    const small = await startSandbox({ ...credentials, clock: () => now, pageMaximum: 20, ...maximums });
    const onSmall = await startGatewayOn(small.baseUrl, {}, () => now);
    try {
      const read = async (step: WalkStep) => (await onSmall.data(CampaignPageDocument, step)).campaigns;
      const expected = new Set(small.state.campaigns().map(({ sid }) => sid));
      const sids = await walkForwards(200, read);
      expect(sids).toHaveLength(expected.size);
      expect(new Set(sids)).toEqual(expected);
      expect(await walkBackwards(50, read)).toEqual(sids);
    } finally {
      await onSmall.close();
      await small.close();
    }
  });
});
