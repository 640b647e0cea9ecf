import { describe, expect, it } from '@jest/globals';
import { type ServerResponse } from 'node:http';
import { closesAfterwards } from '../../support/closing.js';
import { ask } from '../../support/clients/ask.js';
import { until } from '../../support/clients/subscribing.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { redisOfSuite, startTwoGateways } from '../../support/gateway/two-gateways.js';
import { describeWithRedis } from '../../support/programs/redis.js';
import { type Script, startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { answerOf } from '../../support/writing/creating.js';

const environment = { PUBLIC_URL: 'https://gateway.example.com', WEBHOOK_SECRET: 'ab12cd34ef56gh78' };
const theirs = {
  status_callback: 'https://crm.example.com/a',
  sms_status_callback: 'https://crm.example.com/b',
};
const none = { status_callback: null, sms_status_callback: null };
const withOurs = {
  name: 'After',
  status_callback: expect.stringContaining('gateway.example.com/webhooks/exotel/campaign/'),
  sms_status_callback: expect.stringContaining('gateway.example.com/webhooks/exotel/message/'),
};

type Row = Record<string, unknown>;

/** An upstream with one campaign. A test may hold its answers, or fail its requests. */
async function startUpstream(callbacks: Row = none) {
  const row: Row = {
    ...{
      sid: 'c',
      name: 'Before',
      content_type: 'static',
      lists: ['l'],
      sender_id: 'EXOTEL',
      template: 'Hi',
    },
    ...{ sms_type: 'transactional', status: 'scheduled', stats: {}, ...callbacks },
    schedule: { start_time: '2099-05-30T15:57:00+05:30', end_time: '2099-06-29T15:57:00+05:30' },
    ...{ date_created: '2022-05-30T15:47:59+05:30', date_updated: '2022-05-30T15:47:59+05:30' },
  };
  const held: (() => void)[] = [];
  const behaviour: { hold?: 'GET' | 'PUT'; fail?: Script } = {};
  const script: Script = (request, response) => {
    const failure = behaviour.fail?.(request, response);
    if (failure) return failure;
    if (response.destroyed) return undefined;
    if (request.method === 'PUT') Object.assign(row, JSON.parse(request.body));
    const answer = answerOf(request.target.includes('/c') ? { ...row } : [{ ...row }]);
    if (behaviour.hold !== request.method) return answer;
    delete behaviour.hold; // holds one
    held.push(() => {
      send(response, answer.json);
    });
    return undefined;
  };
  const upstream = closesAfterwards(await startScriptedUpstream(script));
  return {
    row,
    behaviour,
    baseUrl: upstream.baseUrl,
    isHeld: () => held.length > 0,
    release: () => {
      for (const answer of held.splice(0)) answer();
    },
    methods: () => upstream.seen.map(({ method }) => method),
    puts: () =>
      upstream.seen.flatMap(({ method, body }) => (method === 'PUT' ? [JSON.parse(body) as Row] : [])),
  };
}

function send(response: ServerResponse, json: unknown): void {
  response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(json));
}

async function start(callbacks?: Row) {
  const upstream = await startUpstream(callbacks);
  const gateway = closesAfterwards(await startGatewayOn(upstream.baseUrl, environment));
  return { upstream, gateway };
}

const read = (gateway: GatewayUnderTest) => ask(gateway, '{ campaign(sid: "c") { name } }');

async function update(gateway: GatewayUnderTest, input = 'name: "After"') {
  const { data } = await ask<{ updateCampaign: { userErrors: unknown[] } }>(
    gateway,
    `mutation { updateCampaign(sid: "c", input: { ${input} }) { campaign { name } userErrors { code } } }`,
  );
  expect(data?.updateCampaign.userErrors).toEqual([]);
}

const setTheirs = `statusCallback: "${theirs.status_callback}", smsStatusCallback: "${theirs.sms_status_callback}"`;

describe('an update adds its callback URLs only if the campaign certainly has none', () => {
  it('after one read that shows none, and no read once they are set', async () => {
    const { upstream, gateway } = await start();
    await read(gateway);
    await update(gateway);
    expect(upstream.methods()).toEqual(['GET', 'GET', 'PUT']);
    await update(gateway, 'name: "Later"');
    expect(upstream.methods()).toEqual(['GET', 'GET', 'PUT', 'PUT']);
    expect(upstream.puts()).toEqual([withOurs, { name: 'Later' }]);
  });

  it('with one call where the campaign was not known', async () => {
    const { upstream, gateway } = await start();
    await update(gateway);
    expect(upstream.methods()).toEqual(['GET', 'PUT']);
    expect(upstream.puts()).toEqual([withOurs]);
  });

  it('not where another program has set them since the campaign was read', async () => {
    const { upstream, gateway } = await start();
    await read(gateway);
    Object.assign(upstream.row, theirs);
    await update(gateway);
    expect(upstream.methods()).toEqual(['GET', 'GET', 'PUT']);
    expect(upstream.row).toMatchObject({ name: 'After', ...theirs });
  });

  it.each([
    ['the campaign', '{ campaign(sid: "c") { name } }'],
    ['a list', '{ campaigns { nodes { sid name } } }'],
  ])('not where %s, as it was read, does not have the keys; no further read', async (_what, query) => {
    const { upstream, gateway } = await start({});
    await ask(gateway, query);
    await update(gateway);
    expect(upstream.methods()).toEqual(['GET', 'PUT']);
    expect(upstream.puts()).toEqual([{ name: 'After' }]);
  });

  it('not where the campaign can not be read; the update is sent without them', async () => {
    const { upstream, gateway } = await start();
    await read(gateway);
    upstream.behaviour.fail = ({ method }) => (method === 'GET' ? { status: 503, json: {} } : undefined);
    await update(gateway);
    expect(upstream.puts()).toEqual([{ name: 'After' }]);
  });

  it('not to the second request after the first was lost', async () => {
    const { upstream, gateway } = await start();
    upstream.behaviour.fail = ({ method }, response) => {
      if (method === 'PUT' && upstream.puts().length === 1) response.destroy();
      return undefined;
    };
    await update(gateway);
    expect(upstream.puts()).toEqual([withOurs, { name: 'After' }]);
    expect(upstream.row['name']).toBe('After');
  });

  it('and refuses an update that the state that was read for them does not allow', async () => {
    const { upstream, gateway } = await start();
    await read(gateway);
    upstream.row['status'] = 'in-progress';
    const query = 'mutation { updateCampaign(sid: "c", input: { name: "After" }) { userErrors { code } } }';
    expect((await ask(gateway, query)).data).toEqual({
      updateCampaign: { userErrors: [{ code: 'ACTION_NOT_ALLOWED' }] },
    });
    expect(upstream.methods()).toEqual(['GET', 'GET']);
  });
});

/** Races of two updates, through one gateway or two. */
function describeRaces(startGateways: (baseUrl: string) => Promise<[GatewayUnderTest, GatewayUnderTest]>) {
  async function startBoth() {
    const upstream = await startUpstream();
    const [one, other] = await startGateways(upstream.baseUrl);
    await read(one);
    await read(other);
    return { upstream, one, other };
  }

  it('not while another update that sets them is in flight, which the upstream does later', async () => {
    const { upstream, one, other } = await startBoth();
    upstream.behaviour.hold = 'PUT';
    const setting = update(one, setTheirs);
    await until(upstream.isHeld);
    Object.assign(upstream.row, none); // the upstream does not show it yet
    await update(other);
    Object.assign(upstream.row, theirs);
    upstream.release();
    await setting;
    expect(upstream.puts()).toEqual([theirs, { name: 'After' }]);
  });

  it('not where another update that sets them begins during the read', async () => {
    const { upstream, one, other } = await startBoth();
    upstream.behaviour.hold = 'GET';
    const renaming = update(one);
    await until(upstream.isHeld);
    await update(other, setTheirs);
    upstream.release();
    await renaming;
    expect(upstream.puts()).toEqual([theirs, { name: 'After' }]);
    expect(upstream.row).toMatchObject({ name: 'After', ...theirs });
  });

  it('once, if two updates could add them at the same moment', async () => {
    const { upstream, one, other } = await startBoth();
    await Promise.all([update(one), update(other)]);
    const adding = upstream.puts().filter((body) => 'status_callback' in body);
    expect(adding).toEqual([withOurs]);
  });
}

describe('an update adds its callback URLs, with another update at the same gateway', () => {
  describeRaces(async (baseUrl) => {
    const gateway = closesAfterwards(await startGatewayOn(baseUrl, environment));
    return [gateway, gateway];
  });
});

describeWithRedis('an update adds its callback URLs, with another update at another gateway', () => {
  const redis = redisOfSuite();
  describeRaces(async (baseUrl) => {
    const { a, b } = closesAfterwards(await startTwoGateways(baseUrl, redis, environment));
    return [a, b];
  });
});
