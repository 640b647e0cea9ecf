import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, jest } from '@jest/globals';
import { ApolloClient, HttpLink, InMemoryCache } from '@apollo/client';
import { cacheExchange } from '@urql/exchange-graphcache';
import { Client, type Exchange, fetchExchange } from '@urql/core';
import { type DocumentNode, Kind, OperationTypeNode, parse } from 'graphql';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { apolloCache, graphcache } from '../../support/frontend/client-caches.js';
import { validInput } from '../../support/writing/valid-input.js';
import { startWithSandbox } from '../../support/gateway/page-gateway.js';

const directory = new URL('../../operations/', import.meta.url);
const { definitions } = parse(
  readdirSync(directory)
    .filter((name) => name.endsWith('.graphql'))
    .map((name) => readFileSync(new URL(name, directory), 'utf8'))
    .join('\n'),
);
const fragments = definitions.filter((definition) => definition.kind === Kind.FRAGMENT_DEFINITION);

/** The queries of test/operations, each with the fragments. */
const queries = definitions.flatMap((definition): [string, DocumentNode][] =>
  definition.kind === Kind.OPERATION_DEFINITION && definition.operation === OperationTypeNode.QUERY
    ? [
        [
          definition.name?.value ?? '',
          { kind: Kind.DOCUMENT, definitions: [definition, ...used(definition)] },
        ],
      ]
    : [],
);

function used(definition: object): typeof fragments {
  const text = JSON.stringify(definition);
  return fragments.filter(({ name }) =>
    text.includes(`"FragmentSpread","name":{"kind":"Name","value":"${name.value}"`),
  );
}

let gateway: GatewayUnderTest;
let sids: readonly string[];
beforeAll(async () => {
  gateway = await startWithSandbox();
  const { text } = await gateway.send({ query: '{ campaigns(first: 3) { nodes { sid } } }' });
  sids = (JSON.parse(text) as { data: { campaigns: { nodes: { sid: string }[] } } }).data.campaigns.nodes.map(
    ({ sid }) => sid,
  );
});
afterAll(() => gateway.close());

const printed: unknown[][] = [];
beforeEach(() => {
  for (const method of ['warn', 'error', 'log'] as const)
    jest.spyOn(console, method).mockImplementation((...args) => void printed.push(args));
});
afterEach(() => {
  jest.restoreAllMocks();
  printed.length = 0;
});

/** Different variables, so that answers meet in the cache: other campaigns, and further pages. */
const variants = () =>
  sids.flatMap((sid) => [2, 3].map((first) => ({ sid, first, messages: first, input: validInput })));

/** Asks every query, in both orders, and returns the lines on the console. */
async function askByApollo(cache: InMemoryCache): Promise<unknown[][]> {
  const client = new ApolloClient({ link: new HttpLink({ uri: `${gateway.url}/graphql` }), cache });
  for (const variables of variants())
    for (const [, query] of [...queries, ...queries.toReversed()])
      await client.query({ query, variables, fetchPolicy: 'network-only' });
  client.stop();
  return printed;
}

async function askByUrql(cache: Exchange): Promise<unknown[][]> {
  const client = new Client({
    url: `${gateway.url}/graphql`,
    preferGetMethod: false,
    exchanges: [cache, fetchExchange],
  });
  for (const variables of variants())
    for (const [, query] of [...queries, ...queries.toReversed()]) {
      const { error } = await client.query(query, variables, { requestPolicy: 'network-only' }).toPromise();
      expect(error).toBeUndefined();
    }
  return printed;
}

describe('with the documented settings, no query prints a warning, whatever was asked before', () => {
  it('by Apollo Client', async () => {
    expect(await askByApollo(apolloCache())).toEqual([]);
  });
  it('by urql with graphcache', async () => {
    expect(await askByUrql(graphcache())).toEqual([]);
  });
});

describe('without them, both print warnings', () => {
  it('Apollo Client', async () => {
    expect((await askByApollo(new InMemoryCache())).length).toBeGreaterThan(0);
  });
  it('urql with graphcache', async () => {
    expect((await askByUrql(cacheExchange({}))).length).toBeGreaterThan(0);
  });
});
