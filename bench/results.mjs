import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';

const folder = new URL('results/', import.meta.url);
const page = new URL('../docs/performance.md', import.meta.url);

/** Keeps what was measured as JSON; answers the file. */
export function writeResults(name, results) {
  mkdirSync(folder, { recursive: true });
  const file = new URL(`${name}-${new Date().toISOString().replaceAll(/[:.]/g, '-')}.json`, folder);
  writeFileSync(file, `${JSON.stringify(results, null, 2)}\n`);
  return fileURLToPath(file);
}

/** Puts what was measured into docs/performance.md, in place of what was between the marks of that name. */
export function writeMarkdown(name, markdown) {
  const [begin, end] = [`<!-- measured: ${name} -->`, `<!-- end: ${name} -->`];
  const text = readFileSync(page, 'utf8');
  const [from, to] = [text.indexOf(begin), text.indexOf(end)];
  if (from < 0 || to < from) throw new Error(`docs/performance.md has no place for "${name}"`);
  writeFileSync(page, `${text.slice(0, from + begin.length)}\n\n${markdown}\n\n${text.slice(to)}`);
}
