import { said } from '../support/programs/child-process.js';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import {
  closeSync,
  cpSync,
  mkdtempSync,
  openSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo, createServer as createTcpServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { runCommandLine } from '../../src/cli/command-line.js';
import { commonSettings, exitCodes, readSettings } from '../../src/cli/help.js';
import { StopSignals } from '../../src/cli/stop-signals.js';
import { build, cwd, main } from '../support/gateway/workers.js';

beforeAll(build);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Environment variables of ours must not reach the process from whoever runs the tests. */
function environment(set: Readonly<Record<string, string>>): NodeJS.ProcessEnv {
  return { PATH: process.env['PATH'], ...set };
}

function run(
  args: readonly string[],
  set: Readonly<Record<string, string>> = {},
  nodeArguments: readonly string[] = [],
) {
  return spawnSync(process.execPath, [...nodeArguments, main, ...args], {
    cwd,
    env: environment(set),
    encoding: 'utf8',
    timeout: 120_000,
  });
}

const noSignals = new StopSignals();
noSignals.ignore();

/** The same in this process, for what needs none of its own: `run` shows once for each kind that a process prints it so. */
async function runHere(words: readonly string[]) {
  let [stdout, stderr] = ['', ''];
  const status = await runCommandLine(words, noSignals, {
    log: (text) => (stdout += `${text}\n`),
    error: (text) => (stderr += `${text}\n`),
  });
  return { status, stdout, stderr };
}

describe('the command line', () => {
  it('reports incomplete settings and values out of range, one line for each, without a stack trace', () => {
    const { status, stderr } = run([], { EXOTEL_API_KEY: 'secret-key', PORT: '70000', SANDBOX_SPEED: '-1' });
    expect(status).toBe(1);
    expect(
      stderr
        .trim()
        .split('\n')
        .slice(1)
        .map((line) => line.split(':')[0])
        .sort(),
    ).toEqual(['EXOTEL_ACCOUNT_SID', 'EXOTEL_API_TOKEN', 'PORT', 'SANDBOX_SPEED']);
    expect(stderr).not.toMatch(/secret-key|\bat .*:\d+/);
  });

  it.each<[string, Record<string, string>, string[]]>([
    ['on the command line', {}, ['--max-old-space-size=95']],
    ['in NODE_OPTIONS', { NODE_OPTIONS: '--max-old-space-size=95' }, []],
    ['for workers', { WORKERS: '2', REDIS_URL: 'redis://127.0.0.1:9' }, ['--max-old-space-size=95']],
  ])('refuses to start with a heap that is too small, set %s', (_where, set, nodeArguments) => {
    const { status, stderr } = run([], set, nodeArguments);
    expect(status).toBe(1);
    expect(stderr).toBe(
      'campaign-gateway cannot start:\nNODE_OPTIONS: the heap is 95 MB, takes 96 MB or more; ' +
        'set --max-old-space-size=96 or more, or give the container more memory.\n',
    );
  });

  it('exits with a message if the port is in use', async () => {
    const other = createServer().listen(0, '127.0.0.1');
    await new Promise((resolve) => other.once('listening', resolve));
    const port = String((other.address() as AddressInfo).port);
    const { status, stderr } = run([], { PORT: port });
    other.close();
    expect(status).toBe(1);
    expect(stderr).toContain(`127.0.0.1:${port} is in use`);
    expect(stderr).not.toMatch(/\bat .*:\d+/);
  });

  it('refuses WORKERS above 1 without REDIS_URL, and names both settings', () => {
    const { status, stdout, stderr } = run([], { WORKERS: '2' });
    expect([status, stdout]).toEqual([1, '']);
    expect(stderr.trim().split('\n')).toEqual([
      'campaign-gateway cannot start:',
      expect.stringMatching(/^REDIS_URL: got nothing, .*needed because WORKERS is 2\.$/),
    ]);
  });

  it.each<[words: string, error: string]>([
    ['dance', "error: unknown command 'dance'"],
    ['strat', "error: unknown command 'strat'\n(Did you mean start?)"],
    ['shcema --check', "error: unknown command 'shcema'\n(Did you mean schema?)"],
    ['dance --help', "error: unknown command 'dance'"],
    ['help strat', "error: unknown command 'strat'\n(Did you mean start?)"],
    ['START', "error: unknown command 'START'"],
    ['--prot 4001', "error: unknown option '--prot'\n(Did you mean --port?)"],
    ['start --verison', "error: unknown option '--verison'\n(Did you mean --version?)"],
    ['sandbox --seed 5', "error: unknown option '--seed'\n(Did you mean --speed?)"],
    ['schema --chek', "error: unknown option '--chek'\n(Did you mean --check?)"],
    ['start sandbox', "error: too many arguments for 'start'. Expected 0 arguments but got 1."],
    ['check now', "error: too many arguments for 'check'. Expected 0 arguments but got 1."],
    ['schema a b', "error: too many arguments for 'schema'. Expected 0 arguments but got 2."],
    ['schema --write --check', "error: option '--write' cannot be used with option '--check'"],
    ['schema --client --write', "error: option '--client' cannot be used with option '--write'"],
    ['sandbox --port', "error: option '--port <number>' argument missing"],
    [
      'sandbox --port 65536',
      "error: option '--port <number>' argument '65536' is invalid. It takes a whole number from 0 to 65535.",
    ],
    [
      'sandbox --port=',
      "error: option '--port <number>' argument '' is invalid. It takes a whole number from 0 to 65535.",
    ],
    [
      'sandbox --speed fast',
      "error: option '--speed <factor>' argument 'fast' is invalid. It takes a number from 0.01 to 100000.",
    ],
    ['key', "error: missing required argument 'name'"],
    ['key anna', "error: missing required argument 'scope'"],
  ])('refuses "%s" with exit code 2', async (words, error) => {
    const stderr = `${error}\ncampaign-gateway --help lists commands and options.\n`;
    const refused = { status: 2, stdout: '', stderr };
    expect(await runHere(words.split(' '))).toEqual(refused);
    if (words === 'strat') expect(run([words])).toMatchObject(refused);
  });

  it.each(['--help', '-h', 'help'])(
    '%s: prints commands, examples, common settings and exit codes',
    async (word) => {
      const { status, stdout, stderr } = word === '--help' ? run([word]) : await runHere([word]);
      expect([status, stderr]).toEqual([0, '']);
      for (const command of ['start', 'sandbox', 'check', 'schema', 'key'])
        expect(stdout).toMatch(new RegExp(`^  ${command} `, 'm'));
      for (const name of commonSettings) expect(stdout).toMatch(new RegExp(`^ +(\\w+, )*${name}\\b`, 'm'));
      for (const [code] of exitCodes) expect(stdout).toContain(`\n  ${code.padEnd(9)} `);
      expect(stdout).toContain('\nExamples:\n  campaign-gateway');
    },
  );

  it.each(['start', 'sandbox', 'check', 'schema', 'key'])(
    '%s --help: prints options, examples and exit codes, and does nothing else',
    async (command) => {
      const before = filesOfSchema();
      const help = command === 'schema' ? run([command, '--help']) : await runHere([command, '--help']);
      expect(help).toMatchObject({ status: 0, stderr: '' });
      expect(help.stdout).toContain(`Usage: campaign-gateway ${command} `);
      expect(help.stdout).toContain(`\nExamples:\n  campaign-gateway ${command} `);
      expect(help.stdout).toContain('\nExit codes:\n');
      expect((await runHere(['help', command])).stdout).toBe(help.stdout);
      expect(filesOfSchema()).toEqual(before);
    },
  );

  it('start --help: explains every setting with its default', async () => {
    const { stdout } = await runHere(['start', '--help']);
    for (const { names, byDefault } of readSettings()) {
      const ofDefault = byDefault === '' ? '' : `  (default: ${byDefault.replaceAll('`', '')})`;
      expect(stdout).toContain(`\n    ${names.join(', ')}${ofDefault}\n`);
    }
    expect(stdout).not.toMatch(/[`\]]\(|`/);
  });

  it('--version: prints the version of the package', async () => {
    const { version } = JSON.parse(textOf('package.json')) as { version: string };
    for (const printed of [run(['--version']), await runHere(['-V'])])
      expect(printed).toMatchObject({ status: 0, stdout: `${version}\n`, stderr: '' });
  });

  it('key: creates an API key with a valid file entry, and refuses an unknown scope', async () => {
    const { status, stdout, stderr } = run(['key', 'anna', 'campaigns:read', 'messages:read']);
    const [key = ''] = /^[\w-]{43}$/m.exec(stderr) ?? [];
    expect(status).toBe(0);
    const sha256 = createHash('sha256').update(key).digest('hex');
    expect(JSON.parse(stdout)).toEqual([
      { name: 'anna', scopes: ['campaigns:read', 'messages:read'], sha256 },
    ]);
    for (const args of [['anna', 'admin'], ['anna'], []])
      expect(await runHere(['key', ...args])).toMatchObject({ status: 2, stdout: '' });
  });

  it.each([
    [['schema'], 'schema.graphql'],
    [['schema', '--client'], 'client.graphql'],
  ])('%j prints %s and writes nothing', async (words, file) => {
    const before = filesOfSchema();
    const printed = words.length === 1 ? run(words) : await runHere(words);
    expect(printed).toMatchObject({ status: 0, stderr: '', stdout: textOf(file) });
    expect(filesOfSchema()).toEqual(before);
  });

  it('schema prints the scopes with SUBGRAPH_AUTH_DIRECTIVES=on, --client never does, and a wrong value is refused', () => {
    const withScopes = (words: readonly string[], value: string): ReturnType<typeof run> =>
      run(words, { SUBGRAPH_AUTH_DIRECTIVES: value });
    expect(withScopes(['schema'], 'on').stdout).toContain('@requiresScopes(scopes: [["messages:read"]])');
    expect(withScopes(['schema', '--client'], 'on').stdout).toBe(textOf('client.graphql'));
    expect(withScopes(['schema'], 'yes please')).toMatchObject({
      status: 1,
      stdout: '',
      stderr:
        'campaign-gateway cannot start:\nSUBGRAPH_AUTH_DIRECTIVES: got "yes please", takes on or off.\n',
    });
  });

  it('schema --check: 0 if schema.graphql and client.graphql are what the code makes, else 1; --write writes them', async () => {
    const place = mkdtempSync(join(tmpdir(), 'schema-'));
    try {
      for (const name of ['dist', 'package.json', 'schema.graphql'])
        cpSync(new URL(name, root), join(place, name), { recursive: true });
      symlinkSync(new URL('node_modules', root), join(place, 'node_modules'));
      const copied = (...words: string[]) =>
        spawnSync(process.execPath, [join(place, 'dist/main.js'), 'schema', ...words], { encoding: 'utf8' });
      expect(copied('--check')).toMatchObject({
        status: 1,
        stdout: '',
        stderr: 'client.graphql is out of date; run: npm run schema\n',
      });
      expect(copied('--write')).toMatchObject({
        status: 0,
        stdout: '',
        stderr: 'Wrote schema.graphql.\nWrote client.graphql.\n',
      });
      for (const name of ['schema.graphql', 'client.graphql'])
        expect(readFileSync(join(place, name), 'utf8')).toBe(textOf(name));
      expect(await runHere(['schema', '--check'])).toEqual({ status: 0, stdout: '', stderr: '' });
    } finally {
      rmSync(place, { recursive: true });
    }
  });

  it.each<[words: string, place: RegExp, set: Record<string, string>]>([
    ['start', /(http:\S+\/livez)/, { PORT: '0' }],
    ['start --port 0 --host localhost', /(http:\S+\/livez)/, { PORT: '1', HOST: '127.0.0.2' }],
    ['--port=0', /(http:\S+\/livez)/, { PORT: '1' }],
    ['sandbox', /API +(http:\S+)/, { SANDBOX_PORT: '0' }],
    ['sandbox --port 0', /API +(http:\S+)/, { SANDBOX_PORT: '1', PORT: '2' }],
    ['sandbox --host 0.0.0.0 --port 0 --speed 5', /API +(http:\S+)/, {}],
  ])(
    '%s prints its URL, serves requests there, and exits with code 0 on SIGTERM',
    async (words, place, set) => {
      const child = begin(words.split(' '), { ...set, LOG_LEVEL: 'silent' });
      const url = await said(child, (text) => place.exec(text)?.[1]);
      const answer = await request(url, {
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.statusCode).toBe(words.startsWith('sandbox') ? 401 : 200); // the sandbox wants its credentials
      await answer.body.dump();
      expect(await ended(child, 'SIGTERM')).toEqual([0, null]);
    },
  );

  it.each(['SIGTERM', 'SIGINT'] as const)(
    'ends with code 0 on %s while it waits for Redis',
    async (signal) => {
      const redis = createTcpServer((socket) => socket.on('error', () => undefined).resume());
      redis.listen(0, '127.0.0.1');
      await once(redis, 'listening');
      const connected = once(redis, 'connection');
      const { port } = redis.address() as AddressInfo;
      const child = begin(['start'], { PORT: '0', REDIS_URL: `redis://127.0.0.1:${port}` });
      let printed = '';
      child.stderr?.on('data', (chunk: Buffer) => (printed += chunk.toString()));
      await connected;
      expect(await ended(child, signal)).toEqual([0, null]);
      expect(printed).not.toContain('is ready');
      redis.close();
    },
  );

  it('prints the start message on standard error, and nothing but JSON on standard output', async () => {
    const child = begin([], {
      PORT: '0',
      REDIS_URL: 'redis://user:secret-password@127.0.0.1:9/0',
      EXOTEL_BASE_URL: 'http://127.0.0.1:9',
      EXOTEL_ACCOUNT_SID: 'acme1',
      EXOTEL_API_KEY: 'secret-key',
      EXOTEL_API_TOKEN: 'secret-token',
      METRICS_TOKEN: 'secret-metrics-token',
      CACHE: 'off',
    });
    let [stdout, stderr] = ['', ''];
    child.stdout?.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
    child.stderr?.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
    const url = await said(child, (text) => /GraphQL +(http:\S+)\/graphql/.exec(text)?.[1]);
    expect(await ended(child, 'SIGTERM')).toEqual([0, null]);
    const { version } = JSON.parse(textOf('package.json')) as { version: string };
    const message = stderr.slice(stderr.indexOf('campaign-gateway is'));
    expect(message.split('\n')).toEqual([
      `campaign-gateway is ready (version ${version})`,
      '',
      `  GraphiQL   ${url}/`,
      `  GraphQL    ${url}/graphql`,
      `  Health     ${url}/livez  ${url}/readyz`,
      '  Upstream   http://127.0.0.1:9 (EXOTEL_BASE_URL), account acme1, 30 calls in 60 seconds',
      '  Callers    anyone, without credentials (AUTH_MODE=none)',
      '  State      shared in Redis at 127.0.0.1:9, cache off (CACHE)',
      '  Workers    1 process',
      '  On         GraphiQL, introspection, metrics',
      '  Hosts      localhost; requests to other names are refused (ALLOWED_HOSTS)',
      '',
      '',
    ]);
    for (const line of stdout.split('\n').slice(0, -1))
      expect(() => JSON.parse(line) as unknown).not.toThrow();
    expect(stdout + stderr).not.toContain('secret');
  });
});

const root = new URL('../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
/** The files that `schema --write` writes, with their times. */
const filesOfSchema = () =>
  ['schema.graphql', 'client.graphql'].map((name) => statSync(new URL(name, root)).mtimeMs);

function begin(
  words: readonly string[],
  set: Readonly<Record<string, string>>,
  nodeArguments: readonly string[] = [],
): ChildProcess {
  const child = spawn(process.execPath, [...nodeArguments, main, ...words], { cwd, env: environment(set) });
  children.push(child);
  return child;
}

/** Sends a signal. @returns the exit code and the signal that ended the process. */
async function ended(child: ChildProcess, signal: NodeJS.Signals): Promise<unknown> {
  const exit = once(child, 'exit');
  child.kill(signal);
  return exit;
}

it.each([['schema'], ['key', 'dashboard', 'campaigns:read'], ['check'], ['--help']])(
  '%s that cannot be printed ends with 1 and says so',
  (...args) => {
    const full = openSync('/dev/full', 'w');
    const { status, stderr } = spawnSync(process.execPath, [main, ...args], {
      cwd,
      env: environment({}),
      encoding: 'utf8',
      stdio: ['ignore', full, 'pipe'],
      timeout: 120_000,
    });
    closeSync(full);
    const [said] = stderr.split('\n').slice(-2); // `key` prints there too
    expect([status, said]).toEqual([1, 'campaign-gateway: standard output cannot be written (ENOSPC).']);
  },
);
