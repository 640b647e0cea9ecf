import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../../src/sandbox/sandbox.js';
import { ask } from '../../../support/clients/ask.js';
import { setup } from '../../../support/gateway/setup.js';
import { type GatewayUnderTest, startGatewayOn } from '../../../support/gateway/gateway-under-test.js';
import { startScriptedUpstream } from '../../../support/upstream/scripted-upstream.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let messagesFault: Fault | undefined;

beforeEach(async () => {
  messagesFault = undefined;
  const faults = ({ path }: { path: string }) =>
    path.endsWith('/message-details') ? messagesFault : undefined;
  ({ sandbox, gateway } = await setup({
    sandbox: { seed: 'demo', clock: () => now, faults },
    gateway: { now: () => now, environment: { EXOTEL_RATE_LIMIT: '30' } },
  }));
});

const statsOf = async (stats: Record<string, unknown>) => {
  const campaign = {
    sid: 's',
    name: 'n',
    status: 'in-progress',
    template: 't',
    sender_id: 'S',
    date_created: '2026-05-01T10:00:00+05:30',
    stats,
  };
  const item = { code: 200, status: 'success', error_data: null, data: campaign };
  const upstream = await startScriptedUpstream(() => ({
    json: { request_id: 'r', method: 'GET', http_code: 200, response: [item] },
  }));
  const own = await startGatewayOn(upstream.baseUrl);
  try {
    const { data, errors } = await ask<{ campaign: { stats: Record<string, number> } }>(
      own,
      '{ campaign(sid: "s") { stats { sent total pending undelivered progress } } }',
    );
    expect(errors).toBeUndefined();
    return data?.campaign.stats;
  } finally {
    await own.close();
    await upstream.close();
  }
};

describe('Stats', () => {
  it.each([
    ['nothing yet', {}, { sent: 0, total: 0, pending: 0, undelivered: 0, progress: 0 }],
    [
      'every status',
      {
        scheduled: 1,
        submitted: 2,
        sent: 3,
        failed: 4,
        'failed-dnd': 5,
        'failed-expired': 6,
        'failed-no-attempt': 7,
        'failed-no-balance': 8,
        invalid: 9,
        total: 45,
      },
      { sent: 3, total: 45, pending: 3, undelivered: 39, progress: 42 / 45 },
    ],
    ['all sent', { sent: 4, total: 4 }, { sent: 4, total: 4, pending: 0, undelivered: 0, progress: 1 }],
    [
      'a status that the schema lacks counts as pending',
      { sent: 1, queued: 2, total: 3 },
      { sent: 1, total: 3, pending: 2, undelivered: 0, progress: 1 / 3 },
    ],
    [
      'counts beyond the range of Int',
      { sent: 2147483647, failed: 2147483647 },
      { sent: 2147483647, total: 2147483647, pending: 0, undelivered: 0, progress: 1 },
    ],
  ])('shows what is pending, undelivered and done: %s', async (_what, stats, shown) => {
    expect(await statsOf(stats)).toEqual(shown);
  });
});

describe('ContactList', () => {
  it('has an id, which equals its sid', async () => {
    const { data } = await ask<{ campaigns: { nodes: { lists: { id: string; sid: string }[] }[] } }>(
      gateway,
      '{ campaigns(first: 5) { nodes { lists { id sid } } } }',
    );
    const lists = data?.campaigns.nodes.flatMap((node) => node.lists) ?? [];
    expect(lists.length).toBeGreaterThan(0);
    for (const { id, sid } of lists) expect(id).toBe(sid);
  });
});

describe('campaignsBySid', () => {
  const query = 'query ($sids: [ID!]!) { campaignsBySid(sids: $sids) { sid name } }';
  const asked = (sids: readonly string[]) =>
    ask<{ campaignsBySid: ({ sid: string; name: string } | null)[] }>(gateway, query, {
      variables: { sids },
    });

  it('keeps the order of the sids, repeats included, with null for an unknown one, in two calls', async () => {
    const insert = () => sandbox.state.insert({ status: 'scheduled', startsAt: now + 3_600_000 }).sid;
    const [a, b, c] = [insert(), insert(), insert()]; // in the newest window
    sandbox.calls.splice(0);
    const { data, errors } = await asked([c, a, 'none', b, a]);
    expect(errors).toBeUndefined();
    expect(data?.campaignsBySid.map((one) => one?.sid ?? null)).toEqual([c, a, null, b, a]);
    expect(sandbox.calls.length).toBeLessThanOrEqual(2);
  });

  it('of no sids is empty, without a call', async () => {
    sandbox.calls.splice(0);
    expect(await asked([])).toEqual({ data: { campaignsBySid: [] } });
    expect(sandbox.calls).toEqual([]);
  });

  it('of a sid that is wrong is an error at its place', async () => {
    const [a = ''] = sandbox.state.campaigns().map(({ sid }) => sid);
    const { data, errors } = await asked([a, '../x']);
    expect(data?.campaignsBySid.map((one) => one?.sid ?? null)).toEqual([a, null]);
    expect(errors).toMatchObject([
      { path: ['campaignsBySid', 1], extensions: { code: 'BAD_USER_INPUT', argument: 'sids.1' } },
    ]);
  });

  it('of more than 200 sids is refused without a call', async () => {
    sandbox.calls.splice(0);
    const { errors } = await asked(Array.from({ length: 201 }, () => 'a'));
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'sids' } }]);
    expect(sandbox.calls).toEqual([]);
  });
});

describe('campaignGateway', () => {
  const query =
    '{ campaignGateway { version mode region accountSid scopes budget { limit remaining resetsAt } } }';

  it('shows the gateway, the caller and the budget, without a call', async () => {
    sandbox.calls.splice(0);
    const { data } = await ask<{ campaignGateway: Record<string, unknown> }>(gateway, query);
    expect(data?.campaignGateway).toEqual({
      version: expect.stringMatching(/^\d+\.\d+\.\d+/),
      mode: 'LIVE',
      region: 'singapore',
      accountSid: 'acme',
      scopes: ['campaigns:read', 'campaigns:write', 'messages:read', 'documents:any'],
      budget: { limit: 30, remaining: 30, resetsAt: '2026-05-01T10:00:00.000Z' },
    });
    expect(sandbox.calls).toEqual([]);
  });

  it('shows each call, and when it stops to count, also at once after an equal query', async () => {
    await ask(gateway, query);
    await ask(gateway, query);
    await ask(gateway, query);
    await ask(gateway, '{ campaigns(first: 1) { totalCount } }');
    const { data } = await ask<{ campaignGateway: Record<string, unknown> }>(gateway, query);
    expect(data?.campaignGateway['budget']).toEqual({
      limit: 30,
      remaining: 29,
      resetsAt: '2026-05-01T10:01:00.000Z',
    });
  });
});

describe('messages that can not be read', () => {
  it('are null, with an error at their place, and leave the campaign', async () => {
    messagesFault = { kind: 'status', status: 500 };
    const [{ sid } = { sid: '' }] = sandbox.state.campaigns();
    const { data, errors } = await ask(
      gateway,
      `{ campaign(sid: "${sid}") { sid messages { totalCount } } campaigns(first: 1) { nodes { sid messages { totalCount } } } }`,
    );
    expect(data).toMatchObject({
      campaign: { sid, messages: null },
      campaigns: { nodes: [{ sid: expect.any(String), messages: null }] },
    });
    expect(errors?.map(({ path }) => path?.join('.')).sort()).toEqual([
      'campaign.messages',
      'campaigns.nodes.0.messages',
    ]);
  });
});
