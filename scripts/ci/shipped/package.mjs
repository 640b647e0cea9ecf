/**
 * Packs the package, installs the tarball where nothing else is, and uses its command as somebody does who has never
 * seen this tree.
 */
import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expectToEnd, expectToServe, freePort, start } from './running.mjs';

const root = new URL('../../../', import.meta.url).pathname;
const isExpected = (path) =>
  [
    'LICENSE',
    'README.md',
    'package.json',
    'docs/configuration.md',
    'schema.graphql',
    'client.graphql',
  ].includes(path) || /^dist\/[\w/.-]+\.js$/.test(path);
/** About twice what it is: past that, something else has got in. */
const mostBytes = 2_000_000;

const place = mkdtempSync(join(tmpdir(), 'package-'));
const npm = (args, cwd) =>
  execFileSync('npm', args, {
    cwd,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'inherit'],
    env: environment(),
  });

/** Nothing of ours must reach the process from whoever runs this. */
function environment(set = {}) {
  const { PATH, HOME } = process.env;
  return { PATH, HOME, npm_config_prefer_offline: 'true', npm_config_update_notifier: 'false', ...set };
}

try {
  const [packed] = [JSON.parse(npm(['pack', '--json', '--silent', '--pack-destination', place], root))]
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

  const [tarball] = readdirSync(place);
  writeFileSync(join(place, 'package.json'), '{"private":true}');
  npm(
    ['install', '--omit=dev', '--ignore-scripts', '--no-audit', '--no-fund', '--silent', `./${tarball}`],
    place,
  );

  const help = npm(['exec', '--offline', 'campaign-gateway', '--', '--help'], place);
  assert.match(help, /^Usage: campaign-gateway /);
  assert.match(help, /^ +EXOTEL_ACCOUNT_SID, /m, 'the settings are in the package');
  npm(['exec', '--offline', 'campaign-gateway', '--', 'schema', '--check'], place);

  const PORT = await freePort();
  // Not through npx: how it hands signals on is npm's matter and differs between its versions.
  const child = await start([join(place, 'node_modules/.bin/campaign-gateway')], {
    cwd: place,
    env: environment({ PORT }),
  });
  await expectToServe(`http://127.0.0.1:${PORT}`);
  await expectToEnd(child);
  console.log(`the package works: ${paths.length} files, ${packed.unpackedSize} bytes`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
