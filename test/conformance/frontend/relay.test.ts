import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, parse, validate } from 'graphql';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { startWithSandbox } from '../../support/gateway/page-gateway.js';

const root = fileURLToPath(new URL('../../../', import.meta.url));
const compiler = join(root, 'node_modules/relay-compiler/cli.js');

/** The modules of a Relay application, as its developer writes them. */
const modules = {
  'CampaignList.js': `
    const page = graphql\`
      query CampaignListQuery($count: Int!) { ...CampaignList_query @arguments(count: $count) }
    \`;
    export const List = (props) => usePaginationFragment(graphql\`
      fragment CampaignList_query on Query
      @refetchable(queryName: "CampaignListPaginationQuery")
      @argumentDefinitions(count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }, filter: { type: "CampaignFilter" }) {
        campaigns(first: $count, after: $cursor, filter: $filter) @connection(key: "CampaignList_campaigns") {
          totalCount
          edges { node { id name status stats { progress } lists { id } schedule { startTime } } }
        }
      }
    \`, props.query);`,
  'CampaignMessages.js': `
    const page = graphql\`
      query CampaignMessagesQuery($sid: ID!) { ...CampaignMessages_query @arguments(sid: $sid) }
    \`;
    export const Messages = (props) => usePaginationFragment(graphql\`
      fragment CampaignMessages_query on Query
      @refetchable(queryName: "CampaignMessagesPaginationQuery")
      @argumentDefinitions(sid: { type: "ID!" }, count: { type: "Int", defaultValue: 20 }, cursor: { type: "String" }) {
        campaign(sid: $sid) {
          id
          messages(first: $count, after: $cursor) @connection(key: "CampaignMessages_messages") {
            edges { node { id number status } }
          }
        }
      }
    \`, props.query);`,
  'CampaignLive.js': `
    const live = graphql\`
      subscription CampaignLiveSubscription($sid: ID!) { campaignUpdated(sid: $sid, sendCurrent: true) { id status updatedAt } }
    \`;
    const pause = graphql\`
      mutation CampaignLivePauseMutation($sid: ID!) { pauseCampaign(sid: $sid) { campaign { id status } userErrors { code field message } } }
    \`;`,
};

interface Artifact {
  readonly params: { readonly text: string };
}

let place: string;
/** Compiles the modules against a schema file. */
async function compile(schema: string): Promise<string> {
  await writeFile(
    join(place, 'relay.config.json'),
    JSON.stringify({
      src: './src',
      schema: `./${schema}`,
      language: 'javascript',
      eagerEsModules: false,
      customScalarTypes: { DateTime: 'string', URL: 'string' },
    }),
  );
  const { stdout, stderr } = await promisify(execFile)(process.execPath, [compiler], { cwd: place });
  return `${stdout}${stderr}`;
}
const artifact = (name: string): Artifact =>
  createRequire(join(place, 'package.json'))(
    join(place, 'src/__generated__', `${name}.graphql.js`),
  ) as Artifact;

let gateway: GatewayUnderTest;
beforeAll(async () => {
  place = await mkdtemp(join(tmpdir(), 'relay-'));
  await mkdir(join(place, 'src'));
  await writeFile(join(place, 'package.json'), '{}');
  for (const name of ['client.graphql', 'schema.graphql']) await symlink(join(root, name), join(place, name));
  for (const [name, text] of Object.entries(modules)) await writeFile(join(place, 'src', name), text);
  gateway = await startWithSandbox();
});
afterAll(async () => {
  await gateway.close();
  await rm(place, { recursive: true, force: true });
});

describe('client.graphql', () => {
  it('has no federation machinery, and every field of the schema', async () => {
    const text = await readFile(join(root, 'client.graphql'), 'utf8');
    expect(text).not.toMatch(
      /@(?:link|key|shareable|tag|cacheControl)\b|_entities|_service|_Any|_Entity|FieldSet/,
    );
    const client = buildSchema(text);
    const { data } = JSON.parse(
      (await gateway.send({ query: '{ __schema { types { name kind fields { name } } } }' })).text,
    ) as {
      data: {
        __schema: { types: { name: string; fields: { name: string }[] | null }[] };
      };
    };
    const machinery = /^_(?!_)|^FieldSet$|^link__/;
    const coordinates = data.__schema.types
      .filter(({ name }) => !machinery.test(name) && !name.startsWith('__'))
      .flatMap(({ name, fields }) =>
        (fields ?? []).filter((field) => !machinery.test(field.name)).map((field) => `${name}.${field.name}`),
      );
    expect(coordinates.length).toBeGreaterThan(100);
    const missing = coordinates.filter((each) => {
      const [type = '', field = ''] = each.split('.');
      const found = client.getType(type);
      return !(found && 'getFields' in found && field in found.getFields());
    });
    expect(missing).toEqual([]);
  });
});

describe('relay-compiler', () => {
  it('compiles pagination of campaigns and of the messages of one, whose pages the gateway answers', async () => {
    expect(await compile('client.graphql')).not.toMatch(/error|warn/i);
    const client = buildSchema(await readFile(join(root, 'client.graphql'), 'utf8'));
    for (const name of ['CampaignLiveSubscription', 'CampaignLivePauseMutation'])
      expect(validate(client, parse(artifact(name).params.text))).toEqual([]);

    type Page = { edges: { node: { id: string } }[]; pageInfo: { endCursor: string; hasNextPage: boolean } };
    const ask = async (name: string, variables: Record<string, unknown>) => {
      const { text } = await gateway.send({ query: artifact(name).params.text, variables });
      const { data, errors } = JSON.parse(text) as {
        data: { campaigns: Page; campaign: { id: string; messages: Page } };
        errors?: unknown;
      };
      expect(errors).toBeUndefined();
      return data;
    };
    const first = (await ask('CampaignListQuery', { count: 2 })).campaigns;
    const after = { count: 2, cursor: first.pageInfo.endCursor };
    const second = (await ask('CampaignListPaginationQuery', after)).campaigns;
    const ids = [first, second].flatMap(({ edges }) => edges.map(({ node }) => node.id));
    expect(new Set(ids).size).toBe(4);

    let pages = 0;
    for (const sid of ids) {
      const { messages } = (await ask('CampaignMessagesQuery', { sid })).campaign;
      if (!messages.pageInfo.hasNextPage) continue;
      const more = { sid, count: 5, cursor: messages.pageInfo.endCursor };
      const next = (await ask('CampaignMessagesPaginationQuery', more)).campaign.messages;
      const seen = [messages, next].flatMap(({ edges }) => edges.map(({ node }) => node.id));
      expect(new Set(seen).size).toBe(messages.edges.length + next.edges.length);
      pages += 1;
    }
    expect(pages).toBeGreaterThan(0);
  });

  it('does not accept schema.graphql, for which there is client.graphql', async () => {
    await expect(compile('schema.graphql')).rejects.toThrow();
  });
});
