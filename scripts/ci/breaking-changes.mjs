/**
 * Fails where schema.graphql breaks clients of the version before it, unless that is meant: then the message of the
 * commit that changes it says so in a line `Breaking-Schema: <why>`.
 */
import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema } from 'graphql';

const file = 'schema.graphql';
const git = (...args) => execFileSync('git', args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
const versions = () => {
  try {
    return git('log', '-2', '--format=%H', '--', file).split('\n');
  } catch {
    console.error('this tree has no history to compare schema.graphql with');
    return [];
  }
};
const [last, before] = versions();
const current = readFileSync(file, 'utf8');
const isCommitted = last && git('show', `${last}:${file}`) === current;
const earlier = isCommitted ? before : last;
if (!earlier) process.exit(0);

const schemaOf = (text) => buildSchema(text, { assumeValidSDL: true });
const changes = await diff(schemaOf(git('show', `${earlier}:${file}`)), schemaOf(current));
const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
const isMeant = isCommitted && /^Breaking-Schema: \S/m.test(git('log', '-1', '--format=%B', last));
for (const { message } of breaking) console.error(`${isMeant ? 'meant' : 'breaking'}: ${message}`);
process.exit(breaking.length > 0 && !isMeant ? 1 : 0);
