/**
 * Writes the bill of materials of what runs in production to the file that is named (CycloneDX).
 * `npm sbom --omit dev` leaves out every package that something for development asks for too (npm 10 and 11; here a
 * third of them), so npm is shown a manifest and a lockfile that have nothing of development in them.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { productionLockfile, productionManifest } from './production.mjs';

const [file] = process.argv.slice(2);
const place = mkdtempSync(join(tmpdir(), 'sbom-'));
try {
  const lockfile = productionLockfile();
  writeFileSync(join(place, 'package.json'), JSON.stringify(productionManifest()));
  writeFileSync(join(place, 'package-lock.json'), JSON.stringify(lockfile));
  const text = execFileSync('npm', ['sbom', '--package-lock-only', '--sbom-format', 'cyclonedx'], {
    cwd: place,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const nameOf = (path) => path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const locked = Object.entries(lockfile.packages).filter(([path]) => path !== '');
  const listed = JSON.parse(text).components.map(
    ({ group, name, version }) => `${group ? `${group}/` : ''}${name}@${version}`,
  );
  const missing = locked
    .map(([path, { version }]) => `${nameOf(path)}@${version}`)
    .filter((one) => !listed.includes(one));
  assert.deepEqual(missing, [], 'the bill of materials is not complete');
  writeFileSync(file, text);
  console.log(`${file}: ${new Set(listed).size} packages`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
