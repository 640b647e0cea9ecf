#!/usr/bin/env node
/**
 * Keeps the lockfiles of the project and of its dashboard example complete for every platform.
 *
 * A registry mirror that lacks some other-platform binaries makes npm write a lockfile without their
 * entries; `npm ci` then fails under npm 11, and users of those platforms miss binaries. This adds an entry
 * per missing optional dependency, with os, cpu and libc read from its name. `--check` only reports.
 */
import { readFileSync, writeFileSync } from 'node:fs';

const files = ['package-lock.json', 'examples/dashboard/package-lock.json'];

const systems = [
  'android',
  'darwin',
  'freebsd',
  'linux',
  'openharmony',
  'win32',
  'aix',
  'netbsd',
  'openbsd',
  'sunos',
];
const cpus = ['arm64', 'arm', 'x64', 'ia32', 'ppc64', 's390x', 'riscv64', 'loong64', 'wasm32', 'mips64el'];

function isPresent(lock, from, name) {
  for (let base = from; ;) {
    if (lock.packages[`${base ? `${base}/` : ''}node_modules/${name}`]) return true;
    if (!base) return false;
    const cut = base.lastIndexOf('node_modules/');
    base = cut <= 0 ? '' : base.slice(0, cut - 1);
  }
}

function entryFor(name, version, parent) {
  const words = name.split('/').pop().split('-');
  const os = systems.find((system) => words.includes(system));
  const cpu = cpus.find((candidate) => words.includes(candidate));
  if (!os && cpu !== 'wasm32') throw new Error(`cannot tell the platform of ${name}`);
  const libc = words.includes('musl')
    ? 'musl'
    : words.includes('gnu') && os === 'linux'
      ? 'glibc'
      : undefined;
  return {
    version,
    ...(cpu && { cpu: [cpu] }),
    ...(parent.dev && { dev: true }),
    ...(libc && { libc: [libc] }),
    optional: true,
    ...(os && { os: [os] }),
  };
}

/** Entries that a lockfile lacks, by path. */
function missingEntries(lock) {
  const added = {};
  for (const [path, parent] of Object.entries(lock.packages)) {
    for (const [name, version] of Object.entries(parent.optionalDependencies ?? {})) {
      if (!isPresent(lock, path, name)) added[`node_modules/${name}`] = entryFor(name, version, parent);
    }
  }
  return added;
}

for (const file of files) {
  const url = new URL(`../../${file}`, import.meta.url);
  const lock = JSON.parse(readFileSync(url, 'utf8'));
  const added = missingEntries(lock);
  const names = Object.keys(added);
  if (names.length === 0) continue;
  if (process.argv.includes('--check')) {
    console.error(
      `${file} lacks ${names.length} optional packages; run: node scripts/ci/complete-lockfile.mjs`,
    );
    console.error(names.join('\n'));
    process.exitCode = 1;
    continue;
  }
  const [root, ...rest] = Object.entries({ ...lock.packages, ...added }).sort(([a], [b]) => (a < b ? -1 : 1));
  lock.packages = Object.fromEntries([root, ...rest]);
  writeFileSync(url, `${JSON.stringify(lock, null, 2)}\n`);
  console.log(`${file}: added ${names.length} entries`);
}
