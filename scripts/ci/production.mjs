/** What the lockfile has for production. */
import { readFileSync } from 'node:fs';

const root = new URL('../../', import.meta.url);
const read = (file) => JSON.parse(readFileSync(new URL(file, root), 'utf8'));

/** The manifest as somebody sees it who has only what runs in production. */
export function productionManifest() {
  const manifest = read('package.json');
  delete manifest.devDependencies;
  return manifest;
}

/** The lockfile without anything that is there for development alone. */
export function productionLockfile() {
  const lockfile = read('package-lock.json');
  const kept = Object.entries(lockfile.packages).filter(([, { dev }]) => !dev);
  const packages = Object.fromEntries(kept);
  delete packages[''].devDependencies;
  return { ...lockfile, packages };
}
