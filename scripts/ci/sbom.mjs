/**
 * Writes the bill of materials of what runs in production to the file that is named (CycloneDX).
 * npm is shown a manifest and a lockfile without anything of development: it does not know what is compiled in, and
 * `--omit dev` leaves out every package that something for development requires too (npm 10 and 11).
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { inProduction, productionLockfile } from './production.mjs';

const [file] = process.argv.slice(2);
const text = inProduction((place) =>
  execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    cwd: place,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  }),
);
const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
const locked = Object.entries(productionLockfile().packages).filter(([path]) => path !== '');
const listed = JSON.parse(text).components.map(
  ({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`,
);
const missing = locked
  .map(([path, { version }]) => `${nameOf(path)}@${version}`)
  .filter((one) => !listed.includes(one));
assert.deepEqual(missing, [], 'the bill of materials is not complete');
writeFileSync(file, text);
console.log(`${file}: ${new Set(listed).size} packages`);
