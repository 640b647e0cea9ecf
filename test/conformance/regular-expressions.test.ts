import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, it } from '@jest/globals';
import ts from 'typescript';

/** A regular expression of the sources, as it is written. */
interface Found {
  readonly file: string;
  readonly literal: string;
  readonly expression: RegExp;
}

const files = readdirSync('src', { recursive: true, encoding: 'utf8' })
  .filter((name) => name.endsWith('.ts'))
  .map((name) => join('src', name));

function expressionsIn(file: string): Found[] {
  const source = ts.createSourceFile(file, readFileSync(file, 'utf8'), ts.ScriptTarget.Latest);
  const found: Found[] = [];
  const look = (node: ts.Node): void => {
    if (ts.isRegularExpressionLiteral(node)) {
      const end = node.text.lastIndexOf('/');
      const expression = new RegExp(node.text.slice(1, end), node.text.slice(end + 1));
      found.push({ file, literal: node.text, expression });
    }
    ts.forEachChild(node, look);
  };
  look(source);
  return found;
}

const length = 4000;
const usualUnits = [
  'a',
  '0',
  ' ',
  '\n',
  '/',
  '@',
  '"',
  '-',
  '.',
  ':',
  '(',
  '[',
  '_',
  '\u00e9',
  '@@a',
  'a ',
  'a/',
];

/** Long texts that bring out an expression's backtracking: runs of what it looks for, with and without an end. */
function attacksOn({ literal }: Found): string[] {
  const words = literal.split(/[^\w /:<>@"-]+/).filter((word) => word.length > 0);
  const units = [...new Set([...usualUnits, ...words])];
  return units.flatMap((unit) => {
    const run = unit.repeat(Math.ceil(length / unit.length));
    return [run, `${run}\u0000`, ...words.map((word) => `${word}${run}\u0000`)];
  });
}

function timeOf(work: () => void): number {
  const from = performance.now();
  work();
  return performance.now() - from;
}

/** The time of what is certainly linear. */
function linearTime(text: string): number {
  return Math.min(...[1, 2, 3].map(() => timeOf(() => text.split('\u0001').join('\u0002'))));
}

/** Quadratic work on a text of this length takes thousands of times the time of linear work. */
const mostTimesLinear = 300;

it('every regular expression takes linear time on a long text', () => {
  const found = files.flatMap(expressionsIn);
  expect(found.length).toBeGreaterThan(50);
  const reference = linearTime('a'.repeat(length)) + 0.01;
  const slow = found.flatMap((one) => {
    const attack = attacksOn(one).find((text) => {
      const apply = (): void => {
        one.expression.lastIndex = 0;
        text.replace(one.expression, '');
      };
      return [1, 2, 3].every(() => timeOf(apply) > mostTimesLinear * reference);
    });
    return attack === undefined
      ? []
      : [`${one.file} ${one.literal} on ${JSON.stringify(attack.slice(0, 20))}`];
  });
  expect(slow).toEqual([]);
});
