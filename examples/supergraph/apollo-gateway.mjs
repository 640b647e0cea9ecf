#!/usr/bin/env node
/** Apollo's gateway for Node, with Apollo's planner, in front of the same subgraphs. It has no subscriptions. */
import { readFileSync } from 'node:fs';
import { ApolloGateway, RemoteGraphQLDataSource } from '@apollo/gateway';
import { ApolloServer } from '@apollo/server';
import { startStandaloneServer } from '@apollo/server/standalone';

/** Where the subgraphs are, if not where the supergraph file says; start.mjs sets these. */
const { CAMPAIGNS_URL, OWNERS_URL, PORT = '4000', SUPERGRAPH = 'supergraph.apollo.graphql' } = process.env;
const urls = { campaigns: CAMPAIGNS_URL, owners: OWNERS_URL };

/** The client's credentials, its name, and its `Cache-Control: no-cache`, which asks the campaigns for a fresh answer. */
const forwarded = ['authorization', 'x-api-key', 'cache-control'].concat(
  ['apollographql', 'graphql'].flatMap((prefix) => [`${prefix}-client-name`, `${prefix}-client-version`]),
);

class Subgraph extends RemoteGraphQLDataSource {
  willSendRequest({ request, context }) {
    for (const name of forwarded) {
      const value = context.headers?.[name];
      if (value !== undefined) request.http.headers.set(name, value);
    }
  }
}

const server = new ApolloServer({
  gateway: new ApolloGateway({
    supergraphSdl: readFileSync(new URL(SUPERGRAPH, import.meta.url), 'utf8'),
    buildService: ({ name, url }) => new Subgraph({ url: urls[name] ?? url }),
  }),
  introspection: true,
  includeStacktraceInErrorResponses: false,
});
const { url } = await startStandaloneServer(server, {
  listen: { host: '127.0.0.1', port: Number(PORT) },
  context: async ({ req }) => ({ headers: req.headers }),
});
console.log(`Listening on ${url} `);
for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => void server.stop());
