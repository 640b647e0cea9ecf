/**
 * What the lockfile has for production: the dependencies, and the libraries that the build compiles into dist/
 * (scripts/libraries.mjs), each with what it requires.
 */
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { compiledIn } from '../libraries.mjs';

const root = new URL('../../', import.meta.url);
const read = (file) => JSON.parse(readFileSync(new URL(file, root), 'utf8'));

/** GraphiQL's page contains it, without the server that it names as a peer. */
const graphiql = '@graphql-yoga/render-graphiql';

/** The manifest as if everything that runs in production were a dependency, and nothing else. */
function productionManifest() {
  const { devDependencies, ...manifest } = read('package.json');
  const compiled = [...compiledIn(), graphiql].map((name) => [name, devDependencies[name]]);
  return { ...manifest, dependencies: { ...manifest.dependencies, ...Object.fromEntries(compiled) } };
}

/** The entry that a package at `path` gets when it requires `name`: its own, or that of a folder above. */
function resolve(packages, path, name) {
  for (let folder = path; ; folder = folder.slice(0, Math.max(folder.lastIndexOf('/node_modules/'), 0))) {
    const found = `${folder}${folder && '/'}node_modules/${name}`;
    if (packages[found]) return found;
    if (folder === '') return undefined;
  }
}

/** The lockfile without anything that is there for development alone. */
export function productionLockfile() {
  const lockfile = read('package-lock.json');
  const { packages } = lockfile;
  const { dependencies } = productionManifest();
  delete packages[''].devDependencies;
  packages[''].dependencies = dependencies;
  delete packages[`node_modules/${graphiql}`].peerDependencies;
  const reached = new Set(['']);
  for (const path of reached) {
    const { peerDependenciesMeta = {}, ...entry } = packages[path];
    const peers = Object.keys(entry.peerDependencies ?? {}).filter(
      (name) => !peerDependenciesMeta[name]?.optional,
    );
    const names = [...Object.keys({ ...entry.dependencies, ...entry.optionalDependencies }), ...peers];
    for (const name of names) {
      const found = resolve(packages, path, name);
      if (found) reached.add(found);
    }
  }
  for (const path of reached) delete packages[path].dev;
  const kept = [...reached].sort().map((path) => [path, packages[path]]);
  return { ...lockfile, packages: Object.fromEntries(kept) };
}

/** Runs `use` in a directory with that manifest and lockfile, and removes it. */
export function inProduction(use) {
  const place = mkdtempSync(join(tmpdir(), 'production-'));
  try {
    writeFileSync(join(place, 'package.json'), JSON.stringify(productionManifest()));
    writeFileSync(join(place, 'package-lock.json'), JSON.stringify(productionLockfile()));
    return use(place);
  } finally {
    rmSync(place, { recursive: true, force: true });
  }
}
