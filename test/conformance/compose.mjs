/**
 * Composes the schema on standard input with owners.graphql in both composers, and prints what they say as JSON. A process
 * of its own: within Jest's module realms Apollo's composer does not come to an end.
 */
import { readFileSync } from 'node:fs';
import { text } from 'node:stream/consumers';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithTheGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';

const owners = readFileSync(new URL('owners.graphql', import.meta.url), 'utf8');
const subgraphs = [
  { name: 'campaigns', url: 'http://campaigns.example', typeDefs: parse(await text(process.stdin)) },
  { name: 'owners', url: 'http://owners.example', typeDefs: parse(owners) },
];
const summary = ({ errors = [], hints = [], supergraphSdl = '' }) => ({
  errors: errors.map(({ message }) => message),
  hints: hints.map(({ message }) => message),
  hasCampaigns: supergraphSdl.includes('type Campaign'),
  costs: supergraphSdl.match(/@cost\(/g)?.length ?? 0,
  listSizes: supergraphSdl.match(/@listSize\(/g)?.length ?? 0,
  scopes: supergraphSdl.match(/@requiresScopes\(scopes: \[/g)?.length ?? 0,
});
const apollo = summary(composeWithApollo(subgraphs));
const guild = summary(composeWithTheGuild(subgraphs));
process.stdout.write(JSON.stringify({ apollo, guild }));
