import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { variables } from '../../../src/config/environment.js';

const page = readFileSync(new URL('../../../docs/configuration.md', import.meta.url), 'utf8');
const readme = readFileSync(new URL('../../../README.md', import.meta.url), 'utf8');
/** Settings that are read without a schema: any text is taken. */
const credentials = ['EXOTEL_API_KEY', 'EXOTEL_API_TOKEN'];

/** The settings of a page's tables with the text of their default. */
function settingsOf(text: string): Map<string, string> {
  const settings = new Map<string, string>();
  for (const [, names = '', byDefault = ''] of text.matchAll(/^\| (`[A-Z].*?) \| (.*?) ?\|/gm))
    for (const [, name = ''] of names.matchAll(/`([A-Z][A-Z\d_]+)`/g)) {
      expect({ name, isTwice: settings.has(name) }).toEqual({ name, isTwice: false });
      settings.set(name, byDefault);
    }
  return settings;
}

describe('docs/configuration.md', () => {
  it('lists exactly the settings that the code reads', () => {
    const read = [...Object.keys(variables), ...credentials];
    expect([...settingsOf(page).keys()].sort()).toEqual(read.sort());
  });

  it('has the default of each setting', () => {
    const documented = settingsOf(page);
    for (const [name, [, , byDefault]] of Object.entries(variables))
      if (byDefault !== undefined)
        expect({ name, default: documented.get(name) }).toEqual({ name, default: `\`${byDefault}\`` });
  });
});

describe('README.md', () => {
  it('names only settings that the code reads', () => {
    const documented = settingsOf(page);
    expect([...settingsOf(readme).keys()].filter((name) => !documented.has(name))).toEqual([]);
  });
});
