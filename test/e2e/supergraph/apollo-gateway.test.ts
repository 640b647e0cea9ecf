import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import {
  buildClientSchema,
  getIntrospectionQuery,
  type GraphQLSchema,
  type IntrospectionQuery,
} from 'graphql';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { type ClientAnswer, credentials } from '../../support/gateway/gateway-under-test.js';
import {
  describeWithSupergraph,
  exampleDirectory,
  type RunningServer,
  type RunningSupergraph,
  startApolloGateway,
  startSupergraph,
} from '../../support/programs/supergraph.js';
import { build } from '../../support/gateway/workers.js';

const { owners } = JSON.parse(readFileSync(`${exampleDirectory}owners/data.json`, 'utf8')) as {
  readonly owners: readonly {
    readonly id: string;
    readonly name: string;
    readonly campaigns: readonly string[];
  }[];
};
const [asha, farhan] = ['asha', 'farhan'].map((id) => owners.find((owner) => owner.id === id));

describeWithSupergraph("the supergraph example, served by Apollo's gateway", () => {
  let sandbox: Sandbox;
  let supergraph: RunningSupergraph;
  let isDown = false;

  beforeAll(async () => {
    build();
    const faults = () => (isDown ? ({ kind: 'refuse' } as const) : undefined);
    sandbox = await startSandbox({ ...credentials, seed: 'demo', faults });
    supergraph = await startSupergraph(sandbox, 'sse', 'apollo');
  });
  afterAll(async () => {
    expect(await supergraph.stop()).toBe(0);
    for (const place of supergraph.all)
      await expect(request(place)).rejects.toMatchObject({ code: 'ECONNREFUSED' });
    await sandbox.close();
  });
  beforeEach(() => {
    sandbox.calls.splice(0);
  });

  const answered = (query: string, headers?: Record<string, string>): Promise<ClientAnswer<unknown>> =>
    ask(supergraph, query, { headers });
  const data = async (query: string, headers?: Record<string, string>): Promise<unknown> => {
    const answer = await answered(query, headers);
    expect(answer.errors).toBeUndefined();
    return answer.data;
  };

  it('reads 40 campaigns of an owner with one call to the API', async () => {
    const answer = await data('{ owner(id: "asha") { name campaigns { sid name status } } }');
    const campaigns = asha?.campaigns.map((sid) => ({
      sid,
      name: expect.any(String),
      status: expect.any(String),
    }));
    expect(campaigns).toHaveLength(40);
    expect(answer).toEqual({ owner: { name: asha?.name, campaigns } });
    expect(sandbox.calls).toHaveLength(1);
  });

  it('adds owners and titles to a page of 40 campaigns with one call', async () => {
    const answer = await data('{ campaigns(first: 40) { nodes { name owner { name } lists { title } } } }', {
      'cache-control': 'no-cache',
    });
    const node = {
      name: expect.any(String),
      owner: { name: expect.any(String) },
      lists: expect.arrayContaining([{ title: expect.any(String) }]),
    };
    expect(answer).toEqual({ campaigns: { nodes: Array.from({ length: 40 }, () => node) } });
    expect(sandbox.calls).toHaveLength(1);
  });

  it('resolves an owner, its campaigns, their messages, and the owner again', async () => {
    const answer = await data(`{
      owner(id: "farhan") {
        campaigns { sid messages(first: 1) { nodes { number campaign { owner { name } } } } }
      }
    }`);
    const campaigns = farhan?.campaigns.map((sid) => ({
      sid,
      messages: { nodes: [{ number: 'XXXXXXXXXX', campaign: { owner: { name: farhan.name } } }] },
    }));
    expect(answer).toEqual({ owner: { campaigns } });
  });

  it('runs a mutation and returns the campaign with its owner', async () => {
    const { sid } = campaignIn('in-progress');
    const id = owners.find(({ campaigns }) => campaigns.includes(sid))?.id;
    const query = `mutation { pauseCampaign(sid: "${sid}") { campaign { status owner { id } } userErrors { code } } }`;
    expect(await data(query)).toEqual({
      pauseCampaign: { campaign: { status: 'PAUSED', owner: { id } }, userErrors: [] },
    });
    expect(sandbox.state.find(sid)?.status).toBe('paused');
    expect(await data(query)).toMatchObject({
      pauseCampaign: { userErrors: [{ code: 'ACTION_NOT_ALLOWED' }] },
    });
  });

  it('forwards error codes, and `Cache-Control: no-cache`', async () => {
    expect((await answered('{ campaign(sid: "..") { name } }')).errors).toMatchObject([
      { path: ['campaign'], extensions: { code: 'BAD_USER_INPUT' } },
    ]);
    const query = `{ campaign(sid: "${campaignIn('archived').sid}") { name owner { name } } }`;
    await data(query);
    sandbox.calls.splice(0);
    await data(query);
    expect(sandbox.calls).toEqual([]);
    await data(query, { 'cache-control': 'no-cache' });
    expect(sandbox.calls).toHaveLength(1);
  });

  it('shows the composed schema to introspection, without directives of federation', async () => {
    const schema = await introspected(supergraph);
    const campaign = schema.getType('Campaign') as { readonly description?: string };
    expect(campaign.description).toContain('An SMS campaign');
    expect(fieldsOf(schema, 'Campaign')).toEqual(expect.arrayContaining(['owner', 'messages', 'stats']));
    expect(fieldsOf(schema, 'ContactList')).toEqual(['id', 'sid', 'title']);
    expect(fieldsOf(schema, 'Query')).not.toContain('_service');
    const directives = schema.getDirectives().map(({ name }) => name);
    expect(directives.filter((name) => /key|link|tag|shareable|join/.test(name))).toEqual([]);
  });

  it('keeps the data of the other subgraph where the campaigns fail', async () => {
    isDown = true;
    const fresh = { 'cache-control': 'no-cache' };
    const one = `{ campaign(sid: "${farhan?.campaigns[0]}") { name } owner(id: "farhan") { name } }`;
    expect(await answered(one, fresh)).toMatchObject({
      data: { campaign: null, owner: { name: farhan?.name } },
      errors: [{ path: ['campaign'], extensions: { code: expect.stringMatching(/^UPSTREAM_/) } }],
    });
    const many = await answered('{ owner(id: "partha") { name campaigns { sid name } } }', fresh);
    expect(many.data).toEqual({
      owner: { name: expect.any(String), campaigns: expect.arrayContaining([null]) },
    });
    for (const error of many.errors ?? [])
      expect(error).toMatchObject({
        path: ['owner', 'campaigns', expect.any(Number)],
        extensions: { code: expect.stringMatching(/^UPSTREAM_/), serviceName: 'campaigns' },
      });
    isDown = false;
  });

  describe('with a contract that excludes what is tagged "personal"', () => {
    let contract: RunningServer;
    const start = (campaignsUrl: string) =>
      startApolloGateway({
        SUPERGRAPH: 'supergraph.contract.graphql',
        CAMPAIGNS_URL: campaignsUrl,
        OWNERS_URL: `${supergraph.all[2]}/graphql`,
      });
    beforeAll(async () => {
      contract = await start(`${supergraph.all[1]}/graphql`);
    });
    afterAll(() => contract.stop());

    it('hides numbers, names and texts of people, and answers the rest', async () => {
      const schema = await introspected(contract);
      expect(fieldsOf(schema, 'Message')).toEqual(
        fieldsOf(await introspected(supergraph), 'Message').filter(
          (name) => !['body', 'name', 'number'].includes(name),
        ),
      );
      for (const address of ['messagesExportUrl', 'reportUrl'])
        expect(fieldsOf(schema, 'Campaign')).not.toContain(address);
      const query = (fields: string): string =>
        `{ owner(id: "farhan") { campaigns { messages(first: 1) { nodes { ${fields} } } } } }`;
      for (const field of ['body', 'name', 'number'])
        expect(await ask(contract, query(field))).toMatchObject({
          errors: [{ extensions: { code: 'GRAPHQL_VALIDATION_FAILED' } }],
        });
      expect((await ask(contract, query('status'))).errors).toBeUndefined();
    });

    it('keeps the data of the other subgraph where the campaigns cannot be reached', async () => {
      const withoutCampaigns = await start('http://127.0.0.1:1/graphql');
      const query = '{ owner(id: "farhan") { name campaigns { sid name } } }';
      const { data: partial, errors } = await ask(withoutCampaigns, query);
      await withoutCampaigns.stop();
      expect(partial).toEqual({
        owner: { name: farhan?.name, campaigns: farhan?.campaigns.map(() => null) },
      });
      expect(errors).toHaveLength(1);
    });
  });

  function campaignIn(status: string): { readonly sid: string } {
    const found = [...sandbox.state.campaigns()].find((campaign) => campaign.status === status);
    if (!found) throw new Error(`no campaign is ${status}`);
    return found;
  }
});

async function introspected(place: { readonly url: string }): Promise<GraphQLSchema> {
  const { data } = await ask<IntrospectionQuery>(place, getIntrospectionQuery());
  return buildClientSchema(data as IntrospectionQuery);
}

function fieldsOf(schema: GraphQLSchema, type: string): string[] {
  const { getFields } = schema.getType(type) as { getFields?: () => Record<string, unknown> };
  return Object.keys(getFields?.call(schema.getType(type)) ?? {}).sort();
}
