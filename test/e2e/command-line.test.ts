import { said } from '../support/child-process.js';
import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { build, main } from '../support/workers.js';

beforeAll(build, 120_000);

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
    env: environment(set),
    encoding: 'utf8',
    timeout: 20_000,
  });
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

  it('refuses an unknown command', () => {
    expect(run(['dance'])).toMatchObject({
      status: 2,
      stderr: expect.stringContaining('no command "dance"'),
    });
  });

  it('key: creates an API key with a valid file entry, and refuses an unknown scope', () => {
    const { status, stdout } = run(['key', 'anna', 'campaigns:read', 'messages:read']);
    const [key = '', , , entry = ''] = stdout.split('\n').slice(1);
    expect(status).toBe(0);
    expect(key).toMatch(/^[\w-]{43}$/);
    const sha256 = createHash('sha256').update(key).digest('hex');
    expect(JSON.parse(entry)).toEqual({ name: 'anna', scopes: ['campaigns:read', 'messages:read'], sha256 });
    for (const args of [['anna', 'admin'], ['anna'], []])
      expect(run(['key', ...args])).toMatchObject({ status: 2, stdout: '' });
  });

  it('schema --check: schema.graphql and client.graphql are up to date with the code', () => {
    expect(run(['schema', '--check'])).toMatchObject({ status: 0, stderr: '' });
  });

  it('schema --client: prints client.graphql', () => {
    const stdout = readFileSync(new URL('../../client.graphql', import.meta.url), 'utf8');
    expect(run(['schema', '--client'])).toMatchObject({ status: 0, stderr: '', stdout });
  });

  it.each([
    ['start', /(http:\S+\/livez)/, { PORT: '0' }],
    ['sandbox', /API +(http:\S+)/, { SANDBOX_PORT: '0' }],
  ])(
    '%s prints its URL, serves requests there, and exits with code 0 on SIGTERM',
    async (command, place, set) => {
      const child = spawn(process.execPath, [main, command], {
        env: environment({ ...set, LOG_LEVEL: 'silent' }),
      });
      children.push(child);
      const url = await said(child, (text) => place.exec(text)?.[1]);
      const answer = await request(url, {
        headers: { 'content-type': 'application/json' },
      });
      expect(answer.statusCode).toBe(command === 'start' ? 200 : 401); // the sandbox wants its credentials
      await answer.body.dump();
      const ended = new Promise((resolve) => child.once('exit', resolve));
      child.kill('SIGTERM');
      expect(await ended).toBe(0);
    },
  );
});
