import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { commonSettings, exitCodes, firstSentence, readSettings } from '../../../src/cli/help.js';
import { settingNames, variables } from '../../../src/config/variables.js';

const textOf = (path: string): string => readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
const settings = readSettings();
const defaults = new Map(Object.entries(variables).map(([name, [, , byDefault]]) => [name, byDefault]));

/** A table row, without the spaces that Markdown ignores. */
const row = (...cells: readonly string[]): string => `| ${cells.join(' | ')} |`.replace(/ +/g, ' ');
const rowsOf = (path: string): readonly string[] =>
  textOf(path)
    .split('\n')
    .filter((line) => line.startsWith('| '))
    .map((line) => line.replace(/ +/g, ' '));

describe('docs/configuration.md', () => {
  it('lists exactly the settings that the code reads, each once', () => {
    expect(settings.flatMap(({ names }) => names).sort()).toEqual([...settingNames].sort());
  });

  it('has the default of each setting', () => {
    for (const { names, byDefault } of settings)
      for (const name of names) {
        const ofCode = defaults.get(name);
        if (ofCode !== undefined) expect({ name, byDefault }).toEqual({ name, byDefault: `\`${ofCode}\`` });
      }
  });
});

describe('README.md', () => {
  it('shows the common settings as docs/configuration.md explains them', () => {
    const common = settings.filter(({ names }) => names.some((name) => commonSettings.includes(name)));
    const rows = common.map(({ names, byDefault, meaning }) =>
      row(
        names.map((name) => `\`${name}\``).join(', '),
        byDefault,
        firstSentence(meaning).replaceAll('](', '](docs/'),
      ),
    );
    expect(rows.length).toBe(commonSettings.length);
    const shown = rowsOf('README.md').filter((line) => /^\| `[A-Z]/.test(line));
    expect(shown).toEqual(rows);
  });
});

describe('docs/operating.md', () => {
  it('has the exit codes of the command line', () => {
    const shown = rowsOf('docs/operating.md').filter((line) => /^\| \d/.test(line));
    expect(shown).toEqual(exitCodes.map(([code, meaning]) => row(code, meaning)));
  });
});
