/** What the Dockerfile says, for those who check it where there is no engine to build it with. */
import { readFileSync } from 'node:fs';

/**
 * @typedef {{ keyword: string, rest: string }} Instruction one line, continued ones joined.
 * @typedef {{ name: string, base: string, instructions: Instruction[] }} Stage
 */

/** @returns {Stage[]} the stages, in order; build arguments are filled in with their defaults. */
export function readStages(file) {
  const defaults = {};
  const stages = [];
  for (const { keyword, rest } of instructionsIn(readFileSync(file, 'utf8'))) {
    const filled = rest.replace(/\$\{(\w+)\}/g, (asked, name) => defaults[name] ?? asked);
    if (keyword === 'ARG') {
      const [name, value] = rest.split('=');
      defaults[name] = value;
    } else if (keyword === 'FROM') {
      const [, base, name] = /^(\S+) AS (\S+)$/.exec(filled);
      stages.push({ name, base, instructions: [] });
    } else {
      // Elsewhere ${…} is the shell's, or JavaScript's.
      stages.at(-1).instructions.push({ keyword, rest: keyword === 'LABEL' ? filled : rest });
    }
  }
  return stages;
}

/** @returns {Instruction[]} the instructions without comments and continuations. */
function instructionsIn(text) {
  const lines = text.split('\n').filter((line) => line.trim() !== '' && !line.startsWith('#'));
  return lines
    .join('\n')
    .replace(/\\\n\s*/g, '')
    .split('\n')
    .map((line) => {
      const [, keyword, rest] = /^([A-Z]+) (.*)$/.exec(line);
      return { keyword, rest };
    });
}

/** A COPY's parts. @returns {{ from: string | undefined, sources: string[], destination: string }} */
export function readCopy(rest) {
  const words = rest.split(/\s+/);
  const flags = words.filter((word) => word.startsWith('--'));
  const unknown = flags.filter((flag) => !flag.startsWith('--from='));
  if (unknown.length > 0) throw new Error(`COPY: nobody has checked what ${unknown.join(' ')} does`);
  const paths = words.filter((word) => !word.startsWith('--'));
  return { from: flags[0]?.slice('--from='.length), sources: paths.slice(0, -1), destination: paths.at(-1) };
}

/** @returns {Record<string, string>} what the stage's ENV lines set. */
export function readEnvironment({ instructions }) {
  const lines = instructions.filter(({ keyword }) => keyword === 'ENV');
  return Object.fromEntries(lines.flatMap(({ rest }) => rest.split(' ').map((pair) => pair.split('='))));
}

/** @returns {string[]} the words of an instruction in exec form; a HEALTHCHECK's are those after CMD. */
export function readCommand({ instructions }, wanted) {
  const { rest } = instructions.find(({ keyword }) => keyword === wanted);
  return JSON.parse(rest.slice(rest.indexOf('[')));
}

/** @returns {Record<string, string>} the stage's labels, with the defaults of its build arguments. */
export function readLabels({ instructions }) {
  const lines = instructions.filter(({ keyword }) => keyword === 'LABEL');
  return Object.fromEntries(
    lines.flatMap(({ rest }) =>
      [...rest.matchAll(/([\w.-]+)="([^"]*)"/g)].map(([, name, value]) => [name, value]),
    ),
  );
}

/** The one instruction of its kind. */
export function readOne({ instructions }, wanted) {
  return instructions.find(({ keyword }) => keyword === wanted)?.rest;
}

/**
 * What of the tree the engine is sent. Only lists that allow by name at the top are understood.
 * @returns {(path: string) => boolean}
 */
export function readIgnored(file) {
  const [all, ...allowed] = readFileSync(file, 'utf8')
    .split('\n')
    .filter((line) => line !== '' && !line.startsWith('#'));
  if (all !== '*' || !allowed.every((line) => /^![\w.-]+$/.test(line)))
    throw new Error(`${file}: takes "*" and then names of the top directory with "!" before them`);
  return (path) => allowed.includes(`!${path.split('/')[0]}`);
}
