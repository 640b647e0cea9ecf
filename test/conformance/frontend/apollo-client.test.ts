import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { ApolloClient, gql, HttpLink, InMemoryCache } from '@apollo/client';
import { type TypedDocumentNode } from '@graphql-typed-document-node/core';
import { relayStylePagination } from '@apollo/client/utilities';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'demo' });
  gateway = await startGatewayOn(sandbox.baseUrl);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

interface PageData {
  readonly campaigns: {
    readonly edges: readonly { readonly node: { readonly id: string } | null }[];
    readonly pageInfo: { readonly hasNextPage: boolean; readonly endCursor: string | null };
  };
}

const page: TypedDocumentNode<PageData> = gql`
  query Page($after: String) {
    campaigns(first: 20, after: $after, filter: { status: [COMPLETED, ARCHIVED] }) {
      edges {
        cursor
        node {
          id
          name
          status
        }
      }
      pageInfo {
        hasNextPage
        hasPreviousPage
        startCursor
        endCursor
      }
    }
  }
`;

describe('Apollo Client with relayStylePagination', () => {
  it('pages through all campaigns, and its normalised cache contains each once', async () => {
    const client = new ApolloClient({
      link: new HttpLink({ uri: `${gateway.url}/graphql` }),
      cache: new InMemoryCache({
        typePolicies: { Query: { fields: { campaigns: relayStylePagination(['filter', 'orderBy']) } } },
      }),
    });
    await client.query({ query: page });
    const query = client.watchQuery({ query: page, fetchPolicy: 'cache-first' });
    const subscription = query.subscribe({});
    const shown = () => client.readQuery({ query: page })?.campaigns;
    for (let pages = 1; shown()?.pageInfo.hasNextPage && pages < 10; pages += 1)
      await query.fetchMore({ variables: { after: shown()?.pageInfo.endCursor } });
    subscription.unsubscribe();
    const sids = sandbox.state
      .campaigns()
      .filter(({ status }) => status === 'completed' || status === 'archived')
      .map(({ sid }) => sid);
    expect(sids.length).toBeGreaterThan(40);
    expect(
      shown()
        ?.edges.map(({ node }) => node?.id)
        .sort(),
    ).toEqual(sids.sort());
    const cached = Object.keys(client.cache.extract() as object).filter((key) => key.startsWith('Campaign:'));
    expect(cached.sort()).toEqual(sids.map((sid) => `Campaign:${sid}`));
    client.stop();
  });
});
