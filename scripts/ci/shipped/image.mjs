/**
 * Builds and runs the Dockerfile without an engine: each instruction is done in a directory of its own, so that what
 * COPY forgets is missing there too. The last stage runs as its USER, with nothing but its ENV, on a file system that
 * it can't write to, with the Node version of its base from the npm package `node`. The rest of the base image is not
 * checked; `docker build` is for that.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, cpSync, existsSync, mkdirSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import {
  readCommand,
  readCopy,
  readEnvironment,
  readIgnored,
  readLabels,
  readOne,
  readStages,
} from './dockerfile.mjs';
import { expectToEnd, expectToServe, freePort, start } from './running.mjs';

const context = new URL('../../../', import.meta.url).pathname;
const isSent = readIgnored(join(context, '.dockerignore'));
const stages = readStages(join(context, 'Dockerfile'));
const last = stages.at(-1);
const roots = mkdtempSync(join(tmpdir(), 'image-'));
chmodSync(roots, 0o755); // the USER has to get in
const rootOf = (stage) => join(roots, stage);
const PATH = withImageNode();

/** What the image is held to before it is built. */
function expectToBeSound() {
  const known = 'WORKDIR COPY RUN ENV USER EXPOSE STOPSIGNAL HEALTHCHECK ENTRYPOINT LABEL'.split(' ');
  for (const [index, { base, instructions }] of stages.entries()) {
    assert.match(base, /^node:\d+\.\d+\.\d+-[a-z]+-slim$/, 'a base is pinned by its tag');
    for (const { keyword, rest } of instructions) {
      assert.ok(known.includes(keyword), `${keyword}: nobody has checked what it does`);
      if (keyword === 'ENV') assert.doesNotMatch(rest, /KEY|TOKEN|SECRET|PASSWORD|AUTH_MODE|EXOTEL/);
      const from = keyword === 'COPY' ? readCopy(rest).from : undefined;
      const earlier = stages.slice(0, index).map(({ name }) => name);
      assert.ok(from === undefined || earlier.includes(from), `${from} is no earlier stage`);
    }
  }
  assert.match(
    readOne(last, 'USER'),
    /^[1-9]\d*:[1-9]\d*$/,
    'the user is no root, and a number that a cluster can check',
  );
  assert.equal(readOne(last, 'STOPSIGNAL'), 'SIGTERM');
  const { name, version, description, license, homepage } = JSON.parse(
    readFileSync(join(context, 'package.json'), 'utf8'),
  );
  const labels = {
    title: name,
    version,
    description,
    licenses: license,
    source: homepage.replace(/#.*/, ''),
  };
  assert.deepEqual(
    readLabels(last),
    Object.fromEntries(
      Object.entries({ ...labels, revision: 'unknown' }).map(([key, value]) => [
        `org.opencontainers.image.${key}`,
        value,
      ]),
    ),
  );
  for (const keyword of ['ENTRYPOINT', 'HEALTHCHECK']) assert.equal(readCommand(last, keyword)[0], 'node');
}

/** Does what an instruction says. @returns {string} the working directory after it. */
function carryOut({ keyword, rest }, root, workdir) {
  if (keyword === 'WORKDIR') {
    mkdirSync(join(root, rest), { recursive: true });
    return rest;
  }
  if (keyword === 'COPY') copy(readCopy(rest), root, workdir);
  if (keyword === 'RUN') run(rest, join(root, workdir));
  return workdir;
}

function copy({ from, sources, destination }, root, workdir) {
  for (const source of sources) {
    const isFolder = destination.endsWith('/') || sources.length > 1;
    const to = join(root, workdir, destination, isFolder ? basename(source) : '');
    const path = from === undefined ? join(context, source) : join(rootOf(from), source);
    if (from === undefined) assert.ok(isSent(source), `.dockerignore keeps ${source} back`);
    assert.ok(existsSync(path), `there is no ${source} to copy`);
    cpSync(path, to, { recursive: true, verbatimSymlinks: true });
  }
}

function run(command, cwd) {
  const home = join(roots, 'home');
  mkdirSync(home, { recursive: true });
  execFileSync('sh', ['-c', command], {
    cwd,
    env: {
      PATH,
      HOME: home,
      NODE_EXTRA_CA_CERTS: process.env.NODE_EXTRA_CA_CERTS ?? '', // of a proxy between CI and the registry
      npm_config_cache: npmCache(),
      npm_config_prefer_offline: 'true',
    },
    stdio: ['ignore', 'ignore', 'inherit'],
  });
}

/** The environment with the Node of the base image first in PATH. */
function withImageNode() {
  const [, version] = /^node:([\d.]+)-/.exec(last.base);
  const script = 'console.log(path.dirname(process.execPath))';
  const args = ['--yes', '--prefer-offline', '-p', `node@${version}`, 'node', '-e', script];
  const bin = execFileSync('npx', args, { encoding: 'utf8' }).trim();
  // A place that the image's user can read.
  cpSync(join(bin, 'node'), join(roots, 'bin/node'));
  return `${join(roots, 'bin')}:${process.env.PATH}`;
}

/** The machine's own, so that a build takes seconds; it holds what the lockfile's digests allow, whoever filled it. */
function npmCache() {
  return execFileSync('npm', ['config', 'get', 'cache'], {
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  }).trim();
}

/** Whether this user may make a file system read-only for one process. */
function canSeal() {
  return spawnSync('unshare', ['--mount', 'mount', '-o', 'remount,bind,ro', '/']).status === 0;
}

/** The command as the image's user on a read-only file system, as far as this machine allows. */
function confined(user, command) {
  if (!canSeal()) return command;
  const [uid, gid] = user.split(':');
  const asUser = [
    'setpriv',
    `--reuid=${uid}`,
    `--regid=${gid}`,
    '--clear-groups',
    '--no-new-privs',
    '--bounding-set=-all',
  ];
  // Every file system that is on a disk or in memory, beside those of the kernel.
  const seal = `for at in $(awk '$3 !~ /^(proc|sysfs|cgroup|devpts|mqueue)/ && $2 !~ /^.(proc|sys|dev)/ { print $2 }' /proc/mounts); do
    mount -o remount,bind,ro "$at"; done; exec "$@"`;
  return ['unshare', '--mount', 'sh', '-c', seal, 'sh', ...asUser, ...command];
}

const split = ([program, ...args]) => [program, args];

try {
  expectToBeSound();
  for (const { name, instructions } of stages) {
    let workdir = '/';
    for (const instruction of instructions) workdir = carryOut(instruction, rootOf(name), workdir);
  }
  const user = readOne(last, 'USER');
  const cwd = join(rootOf(last.name), readOne(last, 'WORKDIR'));
  const PORT = await freePort();
  const env = { PATH, ...readEnvironment(last), PORT };
  const command = confined(user, readCommand(last, 'ENTRYPOINT'));
  if (!canSeal()) execFileSync('chmod', ['-R', 'a-w', cwd]);
  for (const place of canSeal() ? [cwd, tmpdir()] : [])
    assert.notEqual(spawnSync(...split(confined(user, ['touch', join(place, 'written')]))).status, 0);

  const refused = spawnSync(...split(command), { cwd, env, encoding: 'utf8' });
  assert.equal(refused.status, 1);
  assert.match(refused.stderr, /^campaign-gateway cannot start:\nAUTH_MODE: .*must be set/);

  const child = await start(command, { cwd, env: { ...env, AUTH_MODE: 'none' } });
  const status = readFileSync(`/proc/${child.pid}/status`, 'utf8');
  if (canSeal()) assert.match(status, new RegExp(`^Uid:\\s+${user.split(':')[0]}\\b`, 'm'));
  if (canSeal()) assert.match(status, /^CapEff:\s+0+$/m);
  await expectToServe(`http://127.0.0.1:${PORT}`);
  const [probe, ...args] = readCommand(last, 'HEALTHCHECK');
  const isHealthy = () => spawnSync(probe, args, { cwd, env }).status === 0;
  assert.ok(isHealthy());
  await expectToEnd(child, readOne(last, 'STOPSIGNAL'));
  assert.ok(!isHealthy());
  console.log(`the image's stages build and run${canSeal() ? ` as ${user} on a read-only file system` : ''}`);
} finally {
  spawnSync('chmod', ['-R', 'u+w', roots]);
  rmSync(roots, { recursive: true, force: true });
}
