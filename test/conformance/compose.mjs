/**
 * Composes schema.graphql with owners.graphql in both composers, and prints what they say as JSON. A process of its
 * own: within Jest's module realms Apollo's composer does not come to an end.
 */
import { readFileSync } from 'node:fs';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithTheGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';

const read = (path) => parse(readFileSync(new URL(path, import.meta.url), 'utf8'));
const subgraphs = [
  { name: 'campaigns', url: 'http://campaigns.example', typeDefs: read('../../schema.graphql') },
  { name: 'owners', url: 'http://owners.example', typeDefs: read('owners.graphql') },
];
const summary = ({ errors = [], hints = [], supergraphSdl = '' }) => ({
  errors: errors.map(({ message }) => message),
  hints: hints.map(({ message }) => message),
  hasCampaigns: supergraphSdl.includes('type Campaign'),
});
const apollo = summary(composeWithApollo(subgraphs));
const guild = summary(composeWithTheGuild(subgraphs));
process.stdout.write(JSON.stringify({ apollo, guild }));
