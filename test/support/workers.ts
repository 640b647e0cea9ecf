import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { createHash, randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { type TypedDocumentNode } from '@graphql-typed-document-node/core';
import { print } from 'graphql';
import { Client } from 'undici';
import { said } from './child-process.js';
import { type ClientAnswer, credentials } from './gateway-under-test.js';
import { type LogLine } from './log-lines.js';
import { type RunningRedis, startRedis } from './redis.js';
import { until } from './subscribing.js';

const root = new URL('../../', import.meta.url);
/** The command, as it is shipped. */
export const main = new URL('dist/main.js', root).pathname;

/** Which sources `dist/` was built of, and when. */
const builtFile = new URL('node_modules/.cache/campaign-gateway-built', root).pathname;
const lock = `${builtFile}.lock`;
const longestBuildMs = 60_000;

/**
 * Makes what is started here out of the sources, once for all suites: a process that starts while another suite builds
 * would read half a file. A build prints nothing where its answer goes, which is standard output.
 */
export function build(): void {
  mkdirSync(dirname(builtFile), { recursive: true });
  const giveUpAt = performance.now() + longestBuildMs;
  while (!takesLock()) {
    if (performance.now() > giveUpAt) rmSync(lock, { recursive: true, force: true }); // its holder was killed
    Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, 50);
  }
  try {
    if (existsSync(builtFile) && readFileSync(builtFile, 'utf8') === stateOfBuild()) return;
    const built = spawnSync('npm', ['run', '--silent', 'build'], { cwd: root, encoding: 'utf8' });
    if (built.status !== 0 || built.stdout !== '') throw new Error(built.stdout + built.stderr);
    writeFileSync(builtFile, stateOfBuild());
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

/** What is built, how, and when `dist/` was last written, by whomever. */
function stateOfBuild(): string {
  const hash = createHash('sha256');
  const { pathname } = root;
  const sources = ['src', 'scripts'].flatMap((directory) =>
    readdirSync(`${pathname}${directory}`, { recursive: true, withFileTypes: true })
      .filter((entry) => entry.isFile())
      .map(({ parentPath, name }) => `${parentPath}/${name}`),
  );
  for (const path of [...sources.sort(), `${pathname}package.json`])
    hash.update(path).update(readFileSync(path));
  return `${hash.digest('hex')} ${statSync(main, { throwIfNoEntry: false })?.mtimeMs}`;
}

/** One connection to the port of all workers: the worker that accepted it answers all its requests. */
export interface Connection {
  /** Of the process that took it. */
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

/** A gateway of several processes, and the Redis that they share. */
export interface RunningWorkers {
  readonly url: string;
  readonly redis: RunningRedis;
  readonly primary: ChildProcess;
  readonly logs: () => readonly LogLine[];
  connect(): Promise<Connection>;
  /** One connection to each of two workers. */
  connectToBoth(): Promise<readonly [Connection, Connection]>;
  /** Asks it to end. @returns its exit code. */
  terminate(): Promise<number | null>;
  /** Ends the primary process and Redis at once. */
  kill(): Promise<void>;
}

/** The Redis of workers that never serve: nothing listens there. */
const noRedis = 'redis://127.0.0.1:9';

/** The variables of a gateway of two workers in front of an upstream of the test's, or else of the embedded sandbox. */
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
  };
  const workers = { WORKERS: '2', REDIS_URL: noRedis };
  return { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'debug', ...workers, ...live, ...set };
}

/** Starts a Redis and the workers, and waits until all of them serve. */
export async function startWorkers(
  set: Readonly<Record<string, string>> = {},
  baseUrl?: string,
): Promise<RunningWorkers> {
  const redis = await startRedis();
  const environment = environmentOf({ REDIS_URL: redis.url, ...set }, baseUrl);
  const primary = spawn(process.execPath, [main], { env: environment });
  let text = '';
  primary.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  const url = await said(primary, (printed) => /(http:\S+)\/livez/.exec(printed)?.[1]);
  const logs = () => linesIn(text);
  const connect = () => connectTo(url, logs);
  return {
    url,
    redis,
    primary,
    logs,
    connect,
    connectToBoth: async () => {
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
  await until(() => line() !== undefined, 20_000, 'a line of log');
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

function linesIn(text: string): LogLine[] {
  return text
    .split('\n')
    .slice(0, -1)
    .filter((line) => line.startsWith('{'))
    .map((line) => JSON.parse(line) as LogLine);
}

/** Whether a process is there. */
export function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}
