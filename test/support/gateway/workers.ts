import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { mkdirSync, rmSync } from 'node:fs';
import { dirname } from 'node:path';
import { type TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { Client } from 'undici';
import { said } from '../programs/child-process.js';
import { type ClientAnswer, credentials } from './gateway-under-test.js';
import { type LogLine } from './log-lines.js';
import { type RunningRedis, startRedis } from '../programs/redis.js';
import { until } from '../clients/subscribing.js';

const root = new URL('../../../', import.meta.url);
/** The command as it is published. */
export const main = new URL('dist/main.js', root).pathname;
/** The working directory of gateways under test: it has no `.env`, which a developer may have beside package.json. */
export const cwd = new URL('dist/', root).pathname;

const lock = new URL('node_modules/.cache/campaign-gateway-build.lock', root).pathname;
const longestBuildMs = 60_000;

/**
 * Builds `dist/` if it is stale, for one suite at a time: a process that starts during the build of another suite
 * would read incomplete files. The output of the build stays away from standard output.
 */
export function build(): void {
  mkdirSync(dirname(lock), { recursive: true });
  const giveUpAt = performance.now() + longestBuildMs;
  while (!takesLock()) {
    if (performance.now() > giveUpAt) rmSync(lock, { recursive: true, force: true }); // the process with the lock was killed
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  try {
    const built = spawnSync(process.execPath, ['scripts/build.mjs', '--if-stale'], {
      cwd: root,
      encoding: 'utf8',
      timeout: longestBuildMs,
      killSignal: 'SIGKILL',
    });
    if (built.status !== 0 || built.stdout !== '') throw new Error(built.stdout + built.stderr);
  } finally {
    rmSync(lock, { recursive: true, force: true });
  }
}

function takesLock(): boolean {
  try {
    mkdirSync(lock);
    return true;
  } catch {
    return false;
  }
}

/** A connection to the shared port: the worker that accepts it handles all its requests. */
export interface Connection {
  /** Process id of the worker. */
  readonly pid: number;
  execute<Data, Variables>(
    document: TypedDocumentNode<Data, Variables>,
    variables?: Variables,
  ): Promise<ClientAnswer<Data>>;
  post(path: string, body: unknown): Promise<number>;
  /** @returns the status of the response. */
  get(path: string): Promise<number>;
  close(): Promise<void>;
}

/** A gateway with several worker processes, and their Redis. */
export interface RunningWorkers {
  readonly url: string;
  readonly redis: RunningRedis;
  readonly primary: ChildProcess;
  readonly logs: () => readonly LogLine[];
  /** Number of workers that serve. */
  readonly serving: () => number;
  connect(): Promise<Connection>;
  /** One connection to each of two workers. */
  connectToBoth(): Promise<readonly [Connection, Connection]>;
  /** Stops the gateway. @returns its exit code. */
  terminate(): Promise<number | null>;
  /** Kills the primary process and Redis. */
  kill(): Promise<void>;
}

/** The Redis of workers that never serve: nothing listens on this port. */
const noRedis = 'redis://127.0.0.1:9';

/** Variables of a gateway with two workers, in front of an upstream of the test or of the embedded sandbox. */
export function environmentOf(
  set: Readonly<Record<string, string>>,
  baseUrl?: string,
): Record<string, string | undefined> {
  const live = baseUrl && {
    EXOTEL_BASE_URL: baseUrl,
    EXOTEL_ACCOUNT_SID: credentials.accountSid,
    EXOTEL_API_KEY: credentials.apiKey,
    EXOTEL_API_TOKEN: credentials.apiToken,
    EXOTEL_RATE_LIMIT: '0',
    EXOTEL_CHECK: 'off',
  };
  const workers = { WORKERS: '2', REDIS_URL: noRedis };
  return { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'debug', ...workers, ...live, ...set };
}

/** Starts Redis and the workers, and waits until all workers serve. */
export async function startWorkers(
  set: Readonly<Record<string, string>> = {},
  baseUrl?: string,
): Promise<RunningWorkers> {
  const redis = await startRedis();
  const environment = environmentOf({ REDIS_URL: redis.url, ...set }, baseUrl);
  const primary = spawn(process.execPath, [main], { cwd, env: environment });
  const lines: LogLine[] = [];
  let unended = '';
  // Read as they come: each look for a line would read the whole log again.
  primary.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    const texts = (unended + chunk).split('\n');
    unended = texts.pop() ?? '';
    for (const one of texts) if (one.startsWith('{')) lines.push(JSON.parse(one) as LogLine);
  });
  const url = await said(primary, (printed) => /(http:\S+)\/livez/.exec(printed)?.[1]);
  const logs = () => lines;
  const serving = () =>
    lines.filter(({ msg, pid }) => msg === 'gateway started' && isThere(Number(pid))).length;
  const connect = () => connectTo(url, logs);
  return {
    url,
    redis,
    primary,
    logs,
    serving,
    connect,
    connectToBoth: async () => {
      await until(() => serving() >= 2, 60_000, 'a second worker'); // not by one connection after the other
      const one = await connect();
      for (;;) {
        const other = await connect();
        if (other.pid !== one.pid) return [one, other];
        await other.close();
      }
    },
    terminate: async () => {
      const ended = once(primary, 'exit');
      primary.kill('SIGTERM');
      return ((await ended) as [number | null])[0];
    },
    kill: async () => {
      if (primary.exitCode === null && primary.signalCode === null) {
        const ended = once(primary, 'exit');
        primary.kill('SIGKILL');
        await ended;
      }
      await redis.stop();
    },
  };
}

async function connectTo(url: string, logs: () => readonly LogLine[]): Promise<Connection> {
  const client = new Client(url);
  const json = { 'content-type': 'application/json' };
  const requestId = randomUUID();
  const ask = async (body: unknown, headers: Record<string, string> = {}): Promise<unknown> => {
    const answer = await client.request({
      path: '/graphql',
      method: 'POST',
      headers: { ...json, ...headers },
      body: JSON.stringify(body),
    });
    return answer.body.json();
  };
  await ask({ query: '{ __typename }' }, { 'x-request-id': requestId });
  const line = (): LogLine | undefined => logs().find((one) => one.requestId === requestId);
  await until(() => line() !== undefined, 60_000, 'a line of log');
  return {
    pid: Number(line()?.['pid']),
    execute: async <Data, Variables>(document: TypedDocumentNode<Data, Variables>, variables?: Variables) =>
      (await ask({ query: print(document), variables })) as ClientAnswer<Data>,
    post: async (path, body) => {
      const sent = { path, method: 'POST', headers: json, body: JSON.stringify(body) } as const;
      const answer = await client.request(sent);
      await answer.body.dump();
      return answer.statusCode;
    },
    get: async (path) => {
      const answer = await client.request({ path, method: 'GET' });
      await answer.body.dump();
      return answer.statusCode;
    },
    close: () => client.destroy(),
  };
}

/** Whether a process exists. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
