/**
 * Packs the package, installs the tarball where nothing else is, with npm 10 and 11, and uses its command as somebody does
 * who has never seen this tree. `--node=<directory>` does it with another Node.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectLinksToResolve } from './links.mjs';
import { expectToEnd, expectToServe, freePort, start } from './running.mjs';

const root = new URL('../../../', import.meta.url).pathname;
const isExpected = (path) =>
  /^(LICENSE|package\.json|compose\.yaml|(schema|client)\.graphql|[A-Z]+\.md)$/.test(path) ||
  /^dist\/([@\w/.-]+\.js|graphiql\.(html\.br|json)|libraries\/LICENSES\.txt)$/.test(path) ||
  /^(docs|deploy|bench|examples)\/(?!.*(^|\/)(node_modules|dist|\.\w+)\/)/.test(path);
/** A quarter more than it is: past that, something else has got in. */
const mostBytes = 13_000_000;
/** Of an installation: packages, and blocks on the disk. */
const mostPackages = 180;
const mostInstalledMebibytes = 60;

const node = process.argv.find((word) => word.startsWith('--node='))?.slice('--node='.length);
const place = mkdtempSync(join(tmpdir(), 'package-'));

/** Nothing of ours must reach the process from whoever runs this. */
function environment(set = {}) {
  const { PATH, HOME, NODE_EXTRA_CA_CERTS = '' } = process.env;
  return {
    PATH: node ? `${node}:${PATH}` : PATH,
    HOME,
    NODE_EXTRA_CA_CERTS, // of a proxy between CI and the registry
    npm_config_prefer_offline: 'true',
    npm_config_update_notifier: 'false',
    ...set,
  };
}

/** Runs a command. @returns its output; what it says on standard error is passed on. */
const run = ([program, ...args], cwd) =>
  execFileSync(program, args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(),
  });

/** Packs, and checks what is in it. @returns the path of the tarball. */
function pack() {
  const [packed] = [JSON.parse(run(['npm', 'pack', '--json', '--silent', '--pack-destination', place], root))]
    .flat()
    .flatMap((each) => (each.files ? [each] : Object.values(each)));
  const paths = packed.files.map(({ path }) => path);
  assert.deepEqual(
    paths.filter((path) => !isExpected(path)),
    [],
  );
  for (const path of ['dist/main.js', 'schema.graphql', 'client.graphql', 'LICENSE', 'README.md'])
    assert.ok(paths.includes(path), path);
  assert.ok(packed.unpackedSize < mostBytes, `${packed.unpackedSize} bytes`);
  expectLinksToResolve(root, paths);
  console.log(`the package: ${paths.length} files, ${packed.unpackedSize} bytes`);
  return join(place, packed.filename);
}

/** Installs it alone, as somebody types it. @returns the directory. */
function install(tarball, version) {
  const directory = join(place, `npm-${version}`);
  mkdirSync(directory);
  writeFileSync(join(directory, 'package.json'), '{"private":true}');
  const { status, stderr } = spawnSync('npx', ['--yes', `npm@${version}`, 'install', tarball], {
    cwd: directory,
    encoding: 'utf8',
    env: environment(),
  });
  assert.equal(status, 0, stderr);
  // npm 11 names the one package with an install script; nothing is known that keeps it from that. What it says of the
  // settings of this machine is not about the package.
  const warnings = stderr
    .split('\n')
    .filter((line) => /^npm (warn|error)/i.test(line) && !/warn Unknown \w+ config /.test(line));
  assert.deepEqual(
    warnings.filter((line) => !/warn install-scripts( |$)/.test(line)),
    [],
  );
  assert.deepEqual(stderr.match(/^npm warn install-scripts {3}\S+(?=@)/gm) ?? [], [
    ...(/install-scripts/.test(stderr) ? ['npm warn install-scripts   @apollo/protobufjs'] : []),
  ]);
  const packages = new Set(
    run(['npm', 'ls', '--omit=dev', '--all', '--parseable'], directory).trim().split('\n'),
  );
  const [mebibytes] = run(['du', '-sm', 'node_modules'], directory).split('\t').map(Number);
  assert.ok(packages.size < mostPackages, `${packages.size} packages`);
  assert.ok(mebibytes < mostInstalledMebibytes, `${mebibytes} MiB`);
  console.log(`installed by npm ${version}: ${packages.size} packages, ${mebibytes} MiB`);
  return directory;
}

try {
  const tarball = pack();
  const [directory] = [11, 10].map((version) => install(tarball, version));
  const exec = (...args) => run(['npm', 'exec', '--offline', 'campaign-gateway', '--', ...args], directory);
  const help = exec('--help');
  assert.match(help, /^Usage: campaign-gateway /);
  assert.match(help, /^ +EXOTEL_ACCOUNT_SID, /m, 'the settings are in the package');
  exec('schema', '--check');

  const PORT = await freePort();
  // Not through npx: how it hands signals on is npm's matter and differs between its versions.
  const child = await start([join(directory, 'node_modules/.bin/campaign-gateway')], {
    cwd: directory,
    env: environment({ PORT }),
  });
  await expectToServe(`http://127.0.0.1:${PORT}`);
  await expectToEnd(child);
  console.log(`the package works with Node ${run(['node', '--version'], directory).trim()}`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
