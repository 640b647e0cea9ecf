import { parseArgs } from 'node:util';
import { cases } from './cases.mjs';
import { contestants } from './contestants.mjs';
import { growthParts } from './growth/parts.mjs';

const partNames = Object.values(growthParts);
const caseNames = [...cases.map(({ name }) => name), 'polling'];

export const usage = `npm run bench -- [options]            compare the gateway with alternatives
npm run bench -- growth [options]     how cost grows with campaigns, messages, clients and subscribers
npm run bench -- warm-up [options]    CPU per query from the start of a process
npm run bench -- same [--only TEXT]   check that all contestants return the same data

  --quick          one short round, to check that it runs
  --rounds N       rounds of the comparison (3)
  --case TEXT      only cases, or parts of growth, whose name has this (may be repeated)
  --only TEXT      only contestants whose name has this (may be repeated)
  --markdown       also write the tables to bench/results.md; for whole runs only
  --help

cases: ${caseNames.join(' · ')}
parts of growth: ${partNames.join(' · ')}
contestants: ${contestants.join(' · ')}
`;

/** Which options a command takes. */
const taken = {
  compare: ['quick', 'rounds', 'case', 'only', 'markdown', 'help'],
  growth: ['quick', 'case', 'markdown', 'help'],
  'warm-up': ['case', 'only', 'help'],
  same: ['only', 'help'],
};

/** What the command line is not: told to who wrote it. */
export class WrongOptions extends Error {}

/**
 * Reads the command line.
 * @param {readonly string[]} args
 * @throws {WrongOptions} for what nothing can be measured by.
 */
export function readOptions(args) {
  const { values, positionals } = parse(args);
  const [command = 'compare', ...rest] = positionals;
  const options = taken[command];
  if (!options || rest.length > 0) throw new WrongOptions(`There is no "${positionals.join(' ')}".`);
  const wrong = Object.keys(values).find((name) => !options.includes(name));
  if (wrong) throw new WrongOptions(`${command} takes no --${wrong}.`);
  if (values.rounds !== undefined && !/^[1-9]\d?$/.test(values.rounds))
    throw new WrongOptions(`--rounds: got "${values.rounds}", takes a number from 1 to 99.`);
  if (values.markdown && (values.quick || values.case || values.only))
    throw new WrongOptions('--markdown is for whole runs: not with --quick, --case or --only.');
  return {
    command,
    quick: false,
    markdown: false,
    ...values,
    case: chosen('case', command === 'growth' ? partNames : caseNames, values.case),
    only: chosen('only', contestants, values.only),
  };
}

function parse(args) {
  try {
    return parseArgs({
      args,
      allowPositionals: true,
      options: {
        quick: { type: 'boolean' },
        rounds: { type: 'string' },
        case: { type: 'string', multiple: true },
        only: { type: 'string', multiple: true },
        markdown: { type: 'boolean' },
        help: { type: 'boolean' },
      },
    });
  } catch (error) {
    throw new WrongOptions(error.message);
  }
}

/** The names that have one of these words; all where there are none. */
function chosen(option, names, words = ['']) {
  for (const word of words)
    if (!names.some((name) => has(name, word)))
      throw new WrongOptions(`--${option}: no name has "${word}"; there are: ${names.join(' · ')}.`);
  return names.filter((name) => words.some((word) => has(name, word)));
}

function has(name, word) {
  return name.toLowerCase().includes(word.toLowerCase());
}
