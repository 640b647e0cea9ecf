import { describe, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { Redis } from 'ioredis';

/** A Redis of one test, without persistence. */
export interface RunningRedis {
  readonly url: string;
  readonly port: number;
  /** Kills it; all its data is lost. */
  stop(): Promise<void>;
  /** Suspends it until `resume`: connections stay open without replies. */
  pause(): void;
  resume(): void;
}

/** Whether this machine has Redis. */
export const hasRedis = [...(process.env['PATH'] ?? '').split(delimiter), '/usr/bin'].some((directory) =>
  existsSync(join(directory, 'redis-server')),
);

/** A suite that needs Redis. It says loudly that it is skipped, and fails instead in CI. */
export function describeWithRedis(name: string, suite: () => void): void {
  if (!hasRedis) {
    if (process.env['CI'])
      test('CI has a Redis', () => {
        throw new Error(`No redis-server was found on PATH: ${name} would go untested.`);
      });
    // eslint-disable-next-line no-console -- a suite that did not run must not look like one that passed
    console.warn(`SKIPPED: ${name}. No redis-server was found on PATH; install it to run these tests.`);
  }
  (hasRedis ? describe : describe.skip)(name, suite);
}

/** The rights of docs/operating.md, for a user of Redis that is the gateway's own. */
export const documentedRights =
  '~campaign-gateway:* &campaign-gateway:* +@read +@write +@scripting +@pubsub +@connection +time -@dangerous +info';

/** Creates a user, or changes one. @returns the address with its name and password. */
export async function withUser({ url }: RunningRedis, rights: string): Promise<string> {
  const admin = new Redis(url);
  await admin.acl('SETUSER', 'gateway', 'reset', 'on', '>word', ...rights.split(' '));
  await admin.quit();
  return url.replace('//', '//gateway:word@');
}

/** Below the ephemeral ports of the system: no other server gets the port of a stopped Redis. */
const anyPort = (): number => 20_000 + Math.floor(Math.random() * 10_000);
/** Any of these ports may still be in use. */
const maximumTries = 10;

/**
 * Starts a Redis that is only reachable from this machine.
 * @param port a free port by default.
 * @param settings override the default settings.
 */
export async function startRedis(
  port?: number,
  settings: Readonly<Record<string, string>> = {},
): Promise<RunningRedis> {
  for (let tries = 1; ; tries += 1) {
    try {
      return await startOn(port ?? anyPort(), settings);
    } catch (error) {
      if (port !== undefined || tries === maximumTries) throw error;
    }
  }
}

async function startOn(port: number, more: Readonly<Record<string, string>>): Promise<RunningRedis> {
  const own = { port: String(port), bind: '127.0.0.1', save: '', appendonly: 'no', dir: tmpdir() };
  const settings = { ...own, ...more };
  const child = spawn(
    'redis-server',
    Object.entries(settings).flatMap(([name, value]) => [`--${name}`, value]),
    { stdio: ['ignore', 'pipe', 'ignore'] },
  );
  await untilReady(child);
  const stop = async (): Promise<void> => {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const ended = once(child, 'exit');
    child.kill('SIGKILL');
    await ended;
  };
  return {
    url: `redis://127.0.0.1:${port}`,
    port,
    stop,
    pause: () => child.kill('SIGSTOP'),
    resume: () => child.kill('SIGCONT'),
  };
}

function untilReady(child: ChildProcess): Promise<void> {
  return new Promise((resolve, reject) => {
    let text = '';
    child.once('error', reject);
    child.once('exit', () => {
      reject(new Error(`redis-server ended: ${text}`));
    });
    child.stdout?.on('data', (chunk: Buffer) => {
      text += chunk.toString();
      if (text.includes('Ready to accept connections')) resolve();
    });
  });
}
