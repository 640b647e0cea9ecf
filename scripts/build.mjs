/**
 * Builds dist/ from src/ with swc, which takes about a second; the type checker takes ten. Types are checked by
 * `npm run typecheck`, and by CI before anything else runs.
 */
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { transformFile } from '@swc/core';
import { swcOptions } from './swc-options.mjs';

const root = fileURLToPath(new URL('../', import.meta.url));
const sources = readdirSync(join(root, 'src'), { recursive: true }).filter(
  (path) => path.endsWith('.ts') && !path.endsWith('.d.ts'),
);

/** Compiles one source. @returns the paths below dist/ that it wrote. */
async function compile(path) {
  const target = path.replace(/\.ts$/, '.js');
  const { code, map } = await transformFile(join(root, 'src', path), {
    ...swcOptions,
    swcrc: false,
    sourceMaps: true,
  });
  mkdirSync(dirname(join(root, 'dist', target)), { recursive: true });
  writeFileSync(join(root, 'dist', target), `${code}//# sourceMappingURL=${basename(target)}.map\n`);
  writeFileSync(join(root, 'dist', `${target}.map`), map);
  return [target, `${target}.map`];
}

const startedAtMs = performance.now();
const written = new Set((await Promise.all(sources.map(compile))).flat());
// What an earlier build left of sources that are gone must not be shipped.
for (const entry of readdirSync(join(root, 'dist'), { recursive: true, withFileTypes: true })) {
  const path = join(entry.parentPath, entry.name);
  if (entry.isFile() && !written.has(path.slice(join(root, 'dist').length + 1))) rmSync(path);
}
const seconds = ((performance.now() - startedAtMs) / 1000).toFixed(1);
console.error(`Built dist/ from ${sources.length} source files in ${seconds} s.`);
