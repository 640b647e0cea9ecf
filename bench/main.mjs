/**
 * `npm run bench`: the gateway beside what a team would write instead; docs/performance.md tells how.
 * `npm run bench -- growth`: how its cost grows.
 */
import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { contestants, rivals } from './contestants.mjs';
import { install } from './install.mjs';

const usage = `npm run bench -- [options]            the gateway beside what a team would write instead
npm run bench -- growth [options]     how its cost grows with campaigns, messages, clients and subscribers
npm run bench -- same [--only TEXT]   whether all answer the same data; measures nothing

  --quick          one short round: whether it runs, not what it measures
  --rounds N       of the comparison (3)
  --case TEXT      only cases whose name has this; "polling" is one (may be repeated)
  --only TEXT      only contestants whose name has this (may be repeated)
  --markdown       also put the tables into docs/performance.md
  --help

cases: ${[...cases.map(({ name }) => name), 'polling'].join(' · ')}
contestants: ${contestants.join(' · ')}
`;

const { values, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    quick: { type: 'boolean', default: false },
    rounds: { type: 'string' },
    case: { type: 'string', multiple: true, default: [''] },
    only: { type: 'string', multiple: true, default: [''] },
    markdown: { type: 'boolean', default: false },
    help: { type: 'boolean', default: false },
  },
});

const [what = 'compare'] = positionals;
if (values.help || !['compare', 'growth', 'same'].includes(what)) {
  console.log(usage);
  process.exit(values.help ? 0 : 2);
}
install(what === 'growth' ? [] : rivals.filter((name) => values.only.some((word) => name.includes(word))));
// What follows imports the gateway as built.
if (what === 'compare') await (await import('./compare.mjs')).compare(values);
else if (what === 'growth') await (await import('./growth.mjs')).growth(values);
else await (await import('./same.mjs')).same(values);
process.exit();
