import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { buildSubgraphSchema } from '@apollo/subgraph';
import { parse } from 'graphql';
import { createYoga } from 'graphql-yoga';

const here = (name) => readFileSync(new URL(name, import.meta.url), 'utf8');

/** Who owns what: the campaigns of the sandbox's demo account, whose sids are always the same. */
const { owners, lists } = JSON.parse(here('data.json'));
const ownerById = new Map(owners.map((owner) => [owner.id, owner]));
const ownerByCampaign = new Map(owners.flatMap((owner) => owner.campaigns.map((sid) => [sid, owner])));

/** It knows campaigns and contact lists by their keys alone, and whose they are. */
const resolvers = {
  Query: {
    owners: () => owners,
    owner: (_root, { id }) => ownerById.get(id),
  },
  Owner: {
    __resolveReference: ({ id }) => ownerById.get(id),
    campaigns: (owner) => owner.campaigns.map((sid) => ({ sid })),
  },
  Campaign: {
    __resolveReference: ({ sid }) => ({ sid }),
    owner: ({ sid }) => ownerByCampaign.get(sid),
  },
  ContactList: {
    __resolveReference: ({ sid }) => ({ sid }),
    title: ({ sid }) => lists[sid],
  },
};

/** Serves the owners on this machine; answers the address and how to end it. */
export async function startOwners(port) {
  const schema = buildSubgraphSchema({ typeDefs: parse(here('schema.graphql')), resolvers });
  const server = createServer(createYoga({ schema, graphiql: false, landingPage: false, logging: 'error' }));
  await new Promise((resolve, reject) => {
    server.once('error', reject).listen(port, '127.0.0.1', resolve);
  });
  return {
    url: `http://127.0.0.1:${server.address().port}/graphql`,
    close: () => {
      server.close();
      server.closeAllConnections();
    },
  };
}
