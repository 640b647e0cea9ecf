import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { type IntrospectionQuery } from 'graphql';
import { setTimeout as sleep } from 'node:timers/promises';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { type ClientAnswer, credentials } from '../../support/gateway/gateway-under-test.js';
import {
  describeWithSupergraph,
  exampleDirectory,
  type RunningSupergraph,
  showEvents,
  startSupergraph,
} from '../../support/programs/supergraph.js';
import { until } from '../../support/clients/subscribing.js';
import { type ClientOver, subscribeAt } from '../../support/programs/supergraph-events.js';
import { build } from '../../support/gateway/workers.js';

const { owners } = JSON.parse(readFileSync(`${exampleDirectory}owners/data.json`, 'utf8')) as {
  readonly owners: readonly { readonly id: string; readonly campaigns: readonly string[] }[];
};

let sandbox: Sandbox;
let supergraph: RunningSupergraph | undefined;
let isDown = false;
const answered = (query: string, headers?: Record<string, string>): Promise<ClientAnswer<unknown>> =>
  ask({ url: supergraph?.url ?? '' }, query, { headers });
const data = async (query: string, headers?: Record<string, string>): Promise<unknown> => {
  const answer = await answered(query, headers);
  expect(answer.errors).toBeUndefined();
  return answer.data;
};

beforeAll(async () => {
  const faults = () => (isDown ? ({ kind: 'refuse' } as const) : undefined);
  sandbox = await startSandbox({ ...credentials, seed: 'demo', faults });
});
afterAll(() => sandbox.close());

it("the example's owners own each campaign of the demo account exactly once", () => {
  const owned = owners.flatMap(({ campaigns }) => campaigns);
  expect(owned.sort()).toEqual([...sandbox.state.campaigns()].map(({ sid }) => sid).sort());
});

it("the example's composed files are up to date for both composers", () => {
  const checked = spawnSync(process.execPath, ['compose.mjs', '--check'], {
    cwd: exampleDirectory,
    encoding: 'utf8',
    timeout: 80_000,
  });
  expect(checked).toMatchObject({ status: 0, stderr: '' });
});

describeWithSupergraph('the supergraph example', () => {
  beforeAll(build);

  it('shows events arrive through the router in a terminal, in one command, and ends', async () => {
    const { exitCode, output } = await showEvents();
    const event = String.raw`event: STATUS, \d+ of \d+ sent, owner \w+ \w+\n`;
    const [running, paused] = [event.replace('STATUS', 'IN_PROGRESS'), event.replace('STATUS', 'PAUSED')];
    expect(output).toMatch(
      new RegExp(
        String.raw`^http://\S+/graphql: events of ".+", sent to the router over sse\n${running}pauseCampaign\n` +
          `(${running})*${paused}resumeCampaign\n(${paused})*${running}$`,
      ),
    );
    expect(exitCode).toBe(0);
  });

  describe.each([
    ['ws', 'ws'],
    ['sse', 'sse'],
    ['callback', 'sse'],
  ] as const)(
    'with events sent to the router over %s, and to its client over %s',
    (eventsOver, clientOver) => {
      beforeAll(async () => {
        supergraph = await startSupergraph(sandbox, eventsOver);
      });
      afterAll(() => supergraph?.stop());

      beforeEach(() => {
        sandbox.calls.splice(0);
      });

      if (eventsOver === 'sse') answersQueries();

      it('sends each change, with the owner', () => showsChange(clientOver));

      it('forwards the error of a refused subscription', async () => {
        const subscribed = subscribeAt(
          supergraph?.url ?? '',
          clientOver,
          'subscription { campaignUpdated(sid: "unknown") { sid } }',
        );
        expect(await subscribed.until(() => true)).toMatchObject({
          errors: [{ extensions: { code: 'BAD_USER_INPUT' } }],
        });
      });

      it('stops all three processes with exit code 0 on SIGTERM', async () => {
        expect(await supergraph?.stop()).toBe(0);
        expect(supergraph?.all).toHaveLength(3);
        for (const place of supergraph?.all ?? [])
          await expect(request(place)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
      });
    },
  );
});

/** What does not depend on the way of events: with one of them. */
function answersQueries(): void {
  describe('served by Hive Gateway', () => {
    it('reads 40 campaigns of an owner with one call to the API', async () => {
      const answer = (await data('{ owner(id: "asha") { campaigns { sid name status } } }')) as {
        readonly owner: { readonly campaigns: readonly { readonly sid: string; readonly name: string }[] };
      };
      expect(answer.owner.campaigns.map(({ sid }) => sid)).toEqual(owners[0]?.campaigns);
      expect(answer.owner.campaigns).toHaveLength(40);
      expect(sandbox.calls).toHaveLength(1);
    });

    it('adds owners and titles to a page of 40 campaigns without a further call', async () => {
      const answer = (await data(
        '{ campaigns(first: 40) { nodes { name owner { name } lists { title } } } }',
      )) as { readonly campaigns: { readonly nodes: readonly unknown[] } };
      expect(answer.campaigns.nodes).toHaveLength(40);
      for (const node of answer.campaigns.nodes)
        expect(node).toMatchObject({
          owner: { name: expect.any(String) },
          lists: expect.arrayContaining([{ title: expect.any(String) }]),
        });
      expect(sandbox.calls.length).toBeLessThanOrEqual(1); // none where the page was read just now
    });

    it('resolves an owner, its campaigns, their messages, and the owner again', async () => {
      const answer = await data(`{
        owner(id: "farhan") {
          campaigns { sid messages(first: 1) { nodes { number campaign { owner { name } } } } }
        }
      }`);
      const campaigns = owners
        .find(({ id }) => id === 'farhan')
        ?.campaigns.map((sid) => ({
          sid,
          messages: { nodes: [{ number: 'XXXXXXXXXX', campaign: { owner: { name: 'Farhan Khan' } } }] },
        }));
      expect(answer).toEqual({ owner: { campaigns } });
    });

    it('resolves the owner of a campaign, and the titles of its contact lists', async () => {
      const sid = '8c7383b9797443249d24781659939528';
      expect(
        await data(`{ campaign(sid: "${sid}") { name owner { name campaigns { sid } } lists { title } } }`),
      ).toMatchObject({
        campaign: {
          name: 'new camp',
          owner: { name: 'Farhan Khan', campaigns: expect.arrayContaining([{ sid }]) },
          lists: [{ title: 'Sign-ups' }],
        },
      });
    });

    it("forwards a client's Cache-Control: no-cache", async () => {
      const query = `{ campaign(sid: "${campaignIn('archived').sid}") { name owner { name } } }`;
      await data(query);
      sandbox.calls.splice(0);
      await data(query);
      expect(sandbox.calls).toEqual([]);
      await data(query, { 'cache-control': 'no-cache' });
      expect(sandbox.calls).toHaveLength(1);
    });

    it('has the name and the version of its client in the log lines of the campaigns', async () => {
      const client = { 'apollographql-client-name': 'web', 'apollographql-client-version': '1.2.0' };
      await data('{ campaigns(first: 1) { totalCount } }', client);
      await until(() => supergraph?.output().includes('"client":{"name":"web","version":"1.2.0"}') === true);
    });

    it('runs a mutation and returns the new campaign with its owner', async () => {
      const { sid } = campaignIn('in-progress');
      expect(await data(pause(sid, 'owner { id }'))).toMatchObject({
        pauseCampaign: { campaign: { status: 'PAUSED', owner: { id: ownerOf(sid) } }, userErrors: [] },
      });
      expect(sandbox.state.find(sid)?.status).toBe('paused');
    });

    it('refuses by @cost what the gateway would refuse, without a call to the API', async () => {
      const page = (first: number): string =>
        `{ campaigns(first: ${first}) { nodes { name owner { name } messages(first: 1) { nodes { status } } } } }`;
      expect((await answered(page(60))).errors).toMatchObject([
        { path: ['campaigns'], extensions: { code: 'COST_ESTIMATED_TOO_EXPENSIVE', cost: { max: 1499 } } },
      ]);
      expect(sandbox.calls).toEqual([]);
      await data(page(20));
    });

    it('forwards userErrors and error codes', async () => {
      const { sid } = campaignIn('completed');
      expect(await data(pause(sid, 'name'))).toMatchObject({
        pauseCampaign: { userErrors: [{ code: 'ACTION_NOT_ALLOWED' }] },
      });
      expect((await answered('{ campaign(sid: "..") { name } }')).errors).toMatchObject([
        { path: ['campaign'], extensions: { code: 'BAD_USER_INPUT' } },
      ]);
    });

    it('keeps the data of the other subgraph where the campaigns fail', async () => {
      isDown = true;
      const query = '{ owner(id: "partha") { name campaigns { sid name } } }';
      const { data: partial, errors } = await answered(query, { 'cache-control': 'no-cache' });
      isDown = false;
      expect(partial).toEqual({
        owner: { name: expect.any(String), campaigns: expect.arrayContaining([null]) },
      });
      for (const error of errors ?? [])
        expect(error).toMatchObject({
          path: expect.arrayContaining(['owner', 'campaigns', 'name']),
          extensions: { code: expect.stringMatching(/^UPSTREAM_/), serviceName: 'campaigns' },
        });
    });

    it('shows the composed schema to introspection', async () => {
      const { __schema } = (await data(
        '{ __schema { types { name fields { name } } } }',
      )) as IntrospectionQuery;
      const campaign = __schema.types.find(({ name }) => name === 'Campaign');
      expect(campaign).toMatchObject({
        fields: expect.arrayContaining([{ name: 'owner' }, { name: 'messages' }]),
      });
    });
  });
}

async function showsChange(clientOver: ClientOver): Promise<void> {
  const { sid } = campaignIn('in-progress');
  sandbox.calls.splice(0);
  const subscribed = subscribeAt<{ readonly campaignUpdated: { readonly status: string } }>(
    supergraph?.url ?? '',
    clientOver,
    `subscription { campaignUpdated(sid: "${sid}") { sid status owner { id } } }`,
  );
  const change = subscribed.until(({ data: event }) => event?.campaignUpdated.status === 'PAUSED');
  while (sandbox.calls.length === 0) await sleep(20); // whether there is such a campaign is read on subscribing
  await sleep(200);
  await data(pause(sid, 'name'));
  expect(await change).toEqual({
    data: { campaignUpdated: { sid, status: 'PAUSED', owner: { id: ownerOf(sid) } } },
  });
  subscribed.leave();
}

function pause(sid: string, fields: string): string {
  return `mutation { pauseCampaign(sid: "${sid}") { campaign { status ${fields} } userErrors { code } } }`;
}

function ownerOf(sid: string): string | undefined {
  return owners.find(({ campaigns }) => campaigns.includes(sid))?.id;
}

function campaignIn(status: string): { readonly sid: string } {
  const found = [...sandbox.state.campaigns()].find((campaign) => campaign.status === status);
  if (!found) throw new Error(`no campaign is ${status}`);
  return found;
}
