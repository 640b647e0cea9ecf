/**
 * Builds dist/ from src/ with swc, which takes about a second; the type checker takes ten. Types are checked by
 * `npm run typecheck`, and by CI before anything else runs. What is no dependency of the published package is compiled
 * in: libraries.mjs, graphiql.mjs. `--if-stale` builds only if an input is newer than dist/.
 */
import { mkdirSync, readdirSync, renameSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const root = fileURLToPath(new URL('../', import.meta.url));
const dist = join(root, 'dist');
const sources = readdirSync(join(root, 'src'), { recursive: true }).filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.d.ts'),
);

/** Writes a file below dist/. A process that starts meanwhile finds the old or the new one, never half of it. */
function write(path, content) {
  const file = join(dist, path);
  mkdirSync(dirname(file), { recursive: true });
  writeFileSync(`${file}.${process.pid}`, content);
  renameSync(`${file}.${process.pid}`, file);
  return path;
}

/** Whether dist/ is newer than all that it is made of. A directory changes with the names in it. */
function isFresh() {
  const timeOf = (path) => statSync(join(root, path), { throwIfNoEntry: false })?.mtimeMs;
  const below = (folder) =>
    readdirSync(join(root, folder), { recursive: true }).map((path) => join(folder, path));
  const inputs = [
    'package.json',
    'package-lock.json',
    'src',
    ...below('src'),
    'scripts',
    ...below('scripts'),
  ];
  const builtAtMs = timeOf('dist/main.js') ?? 0;
  return inputs.every((path) => timeOf(path) < builtAtMs);
}

if (process.argv.includes('--if-stale') && isFresh()) process.exit();
// Loaded only now: they take longer than the check.
const [{ transformFile }, { writeGraphiql }, { writeLibraries }, { swcOptions }] = await Promise.all([
  import('@swc/core'),
  import('./graphiql.mjs'),
  import('./libraries.mjs'),
  import('./swc-options.mjs'),
]);
console.error('Building dist/ …');
const startedAtMs = performance.now();
const compiled = await Promise.all(
  sources.map(async (source) => ({
    path: source.replace(/\.ts$/, '.js'),
    ...(await transformFile(join(root, 'src', source), { ...swcOptions, swcrc: false, sourceMaps: true })),
  })),
);
const { linked, paths } = await writeLibraries(compiled, write);
const written = new Set([
  ...paths,
  ...(await writeGraphiql(write)),
  ...linked.flatMap(({ path, code, map }) => [
    write(path, `${code}//# sourceMappingURL=${basename(path)}.map\n`),
    write(`${path}.map`, map),
  ]),
]);
// What an earlier build left of sources that are gone must not be shipped.
for (const entry of readdirSync(dist, { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !written.has(path.slice(dist.length + 1))) rmSync(path);
}
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
console.error(`Built dist/ from ${sources.length} source files in ${seconds} s.`);
