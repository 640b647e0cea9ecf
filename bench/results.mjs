import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('results/', import.meta.url);
const page = new URL('results.md', import.meta.url);

/** Saves results as JSON. @returns the file. */
export function writeResults(name, results) {
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`, folder);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return fileURLToPath(file);
}

/** Replaces the tables between the markers of a name in bench/results.md. */
export function writeMarkdown(name, markdown) {
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- end: ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`bench/results.md has no markers for "${name}"`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`);
}
