import fc from 'fast-check';
import { expect, it } from '@jest/globals';
import { settingNames } from '../../../../src/config/variables.js';
import { problemsOf } from '../config-environments.js';
import { runsOf } from '../../../support/property-runs.js';

const longNames = settingNames.filter((name) => name.replaceAll('_', '').length >= 6);
const knownNames = new Set(settingNames);

/** One mistake at a place: a letter that is missing, doubled, wrong, or swapped with the next one. */
const mistakes: ((name: string, at: number) => string)[] = [
  (name, at) => name.slice(0, at) + name.slice(at + 1),
  (name, at) => name.slice(0, at + 1) + name.slice(at),
  (name, at) => `${name.slice(0, at)}Q${name.slice(at + 1)}`,
  (name, at) => name.slice(0, at) + name.charAt(at + 1) + name.charAt(at) + name.slice(at + 2),
];
const mistake = fc.tuple(fc.nat({ max: mistakes.length - 1 }), fc.nat());
const withMistake = (name: string, [kind, place]: readonly [number, number]): string =>
  mistakes[kind]?.(name, place % (name.length - 1)) ?? name;

it('a setting with a mistake in its name is refused with the right name', () => {
  fc.assert(
    fc.property(fc.constantFrom(...longNames), mistake, (name, place) => {
      const wrong = withMistake(name, place);
      fc.pre(!knownNames.has(wrong));
      expect(problemsOf({ [wrong]: 'x' })).toEqual([
        expect.stringMatching(
          new RegExp(`but there is no such setting; rename it to ${name}, or unset it\\.$`),
        ),
      ]);
    }),
    { numRuns: runsOf(300), seed: 20_261_127 },
  );
});

it('a setting in small letters, with hyphens or with a space at its end is refused with the right name', () => {
  for (const name of longNames)
    for (const wrong of [name.toLowerCase(), name.replaceAll('_', '-'), `${name} `, name.replaceAll('_', '')])
      if (wrong !== name)
        expect(problemsOf({ [wrong]: 'x' })).toEqual([
          expect.stringContaining(`there is no such setting; rename it to ${name}, or`),
        ]);
});
