import { type ChildProcess, spawn } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { said } from '../support/child-process.js';
import { credentials } from '../support/gateway-under-test.js';
import { build } from '../support/workers.js';

const root = new URL('../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const flagsOf = (command: string): readonly string[] => command.match(/--[\w-]+=\d+/g) ?? [];

beforeAll(build, 120_000);

const children: ChildProcess[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
});

/** Has a process print, as it ends, which packages' files it has loaded; modules of JavaScript's own kind it can't see. */
const report = `process.once('exit', () => console.log('loaded ' + Object.keys(require.cache).join(' ')))`;

/** Starts the gateway, and ends it. @returns the files that it has loaded, from the roots of their packages. */
async function filesLoaded(set: Readonly<Record<string, string>>): Promise<readonly string[]> {
  const preload = `data:text/javascript,import{createRequire}from'node:module';const require=createRequire(${JSON.stringify(root.href)});${report}`;
  const child = spawn(process.execPath, ['--import', preload, 'dist/main.js'], {
    cwd: root,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'silent', ...set },
  });
  children.push(child);
  const loaded = said(child, (text) => /loaded (.*)\n/.exec(text)?.[1]);
  await said(child, (text) => /ready/.exec(text)?.[0]);
  child.kill('SIGTERM');
  return (await loaded).split(' ').map((path) => path.replace(/.*node_modules\//, ''));
}

const live = {
  EXOTEL_BASE_URL: 'http://127.0.0.1:9',
  EXOTEL_ACCOUNT_SID: credentials.accountSid,
  EXOTEL_API_KEY: credentials.apiKey,
  EXOTEL_API_TOKEN: credentials.apiToken,
};

describe('a start', () => {
  it('loads nothing of what it is not configured to use', async () => {
    const files = await filesLoaded(live);
    expect(files.length).toBeGreaterThan(100);
    const unused =
      /^(ioredis|rate-limiter-flexible\/index|@fastify\/ajv-compiler|undici\/(index|lib\/(mock|web\/(fetch|websocket)))\b)/;
    expect(files.filter((path) => unused.test(path))).toEqual([]);
  });

  it('loads what it is configured to use', async () => {
    const files = await filesLoaded({ ...live, REDIS_URL: 'redis://127.0.0.1:9' });
    expect(files).toContain('ioredis/built/index.js');
  });

  it('has connections of the Pool that undici gives everybody', () => {
    const require = createRequire(import.meta.url);
    expect(require('undici/lib/dispatcher/pool.js')).toBe(Pool);
  });

  it('gives V8 in the image the same heap as npm start does', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: { start: string } };
    const entrypoint = /^ENTRYPOINT (.*)$/m.exec(textOf('Dockerfile'))?.[1] ?? '';
    expect(flagsOf(scripts.start)).toEqual(['--max-semi-space-size=32']);
    expect(flagsOf(entrypoint)).toEqual(flagsOf(scripts.start));
  });
});
