#!/usr/bin/env node
/**
 * Composes the supergraph twice, from files alone: with The Guild's composer for Hive Gateway, with Apollo's for its
 * Router. `--check` writes nothing and fails where the files are not what would be written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { composeServices as composeWithApollo } from '@apollo/composition';
import { composeServices as composeWithTheGuild } from '@theguild/federation-composition';
import { parse } from 'graphql';

const file = (name) => new URL(name, import.meta.url);
const sdl = (name) => parse(readFileSync(file(name), 'utf8'));

const subgraphs = [
  { name: 'campaigns', url: 'http://127.0.0.1:4001/graphql', typeDefs: sdl('../../schema.graphql') },
  { name: 'owners', url: 'http://127.0.0.1:4002/graphql', typeDefs: sdl('owners/schema.graphql') },
];

const composers = [
  { composer: '@theguild/federation-composition', compose: composeWithTheGuild, to: 'supergraph.graphql' },
  { composer: '@apollo/composition', compose: composeWithApollo, to: 'supergraph.apollo.graphql' },
];

for (const { composer, compose, to } of composers) {
  const { errors = [], hints = [], supergraphSdl } = compose(subgraphs);
  const problems = [...errors, ...hints];
  if (problems.length > 0) fail(`${composer}:\n${problems.map(({ message }) => `  ${message}`).join('\n')}`);
  else if (!process.argv.includes('--check')) writeFileSync(file(to), `${supergraphSdl.trimEnd()}\n`);
  else if (!existsSync(file(to)) || readFileSync(file(to), 'utf8') !== `${supergraphSdl.trimEnd()}\n`)
    fail(`${to} is not what ${composer} makes of the subgraphs; run: npm run compose`);
}

function fail(why) {
  console.error(why);
  process.exitCode = 1;
}
