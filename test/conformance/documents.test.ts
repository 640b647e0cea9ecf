import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url).pathname;
const documents = [
  'README.md',
  'SECURITY.md',
  'CONTRIBUTING.md',
  'CHANGELOG.md',
  'examples/supergraph/README.md',
  'examples/dashboard/README.md',
  ...documentsIn('docs'),
];

function documentsIn(folder: string): string[] {
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' });
  return names.filter((name) => name.endsWith('.md')).map((name) => join(folder, name));
}

const textOf = (path: string): string => readFileSync(join(root, path), 'utf8');
/** The first group of each place that a pattern is found at, once each. */
const foundIn = (text: string, pattern: RegExp): string[] => [
  ...new Set([...text.matchAll(pattern)].map(([, found = '']) => found)),
];
/** How a heading is linked to. */
const anchorOf = (heading: string): string =>
  heading
    .toLowerCase()
    .replace(/[^\p{L}\d\s_-]/gu, '')
    .replaceAll(' ', '-');

describe.each(documents)('%s', (document) => {
  it('names only source files that exist', () => {
    for (const file of foundIn(textOf(document), /`((?:src|test|scripts)\/[\w./-]+\.m?tsx?)`/g)) {
      const isThere = [root, join(root, dirname(document))].some((folder) => existsSync(join(folder, file)));
      expect({ file, isThere }).toEqual({ file, isThere: true });
    }
  });

  it('links only to existing files and headings', () => {
    for (const link of foundIn(textOf(document), /\]\((?!https?:)([^)\s]+)\)/g)) {
      const [path = '', anchor] = link.split('#');
      const target = path === '' ? document : join(dirname(document), path);
      expect({ link, isThere: existsSync(join(root, target)) }).toEqual({ link, isThere: true });
      if (anchor !== undefined)
        expect(foundIn(textOf(target), /^#+ (.+)$/gm).map(anchorOf)).toContain(anchor);
    }
  });
});
