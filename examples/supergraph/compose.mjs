#!/usr/bin/env node
/**
 * Composes the supergraph from files alone: with The Guild's composer for Hive Gateway, with Apollo's for its Router and its
 * gateway, and once as a contract, without what is tagged "personal". `--check` writes nothing and fails where the files are not
 * what would be written.
 */
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { composeServices as composeWithApollo } from '@apollo/composition';
import {
  composeSchemaContract,
  composeServices as composeWithTheGuild,
} from '@theguild/federation-composition';
import { parse } from 'graphql';

const file = (name) => new URL(name, import.meta.url);
const sdl = (name) => parse(readFileSync(file(name), 'utf8'));

const subgraphs = [
  { name: 'campaigns', url: 'http://127.0.0.1:4001/graphql', typeDefs: sdl('../../schema.graphql') },
  { name: 'owners', url: 'http://127.0.0.1:4002/graphql', typeDefs: sdl('owners/schema.graphql') },
];

/** A schema for clients that must not see numbers, names and texts of people. */
const composeContract = (services) =>
  composeSchemaContract(services, { include: new Set(), exclude: new Set(['personal']) }, true);

const composers = [
  { composer: '@theguild/federation-composition', compose: composeWithTheGuild, to: 'supergraph.graphql' },
  { composer: '@apollo/composition', compose: composeWithApollo, to: 'supergraph.apollo.graphql' },
  { composer: "The Guild's contracts", compose: composeContract, to: 'supergraph.contract.graphql' },
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
