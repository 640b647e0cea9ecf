import { freePort, said } from './child-process.js';
import { describe, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { credentials } from '../gateway/gateway-under-test.js';

/** Directory of the example. */
export const exampleDirectory = fileURLToPath(new URL('../../../examples/supergraph/', import.meta.url));

/** Routers of the example. */
export type Router = 'hive' | 'apollo';

/** Ways for a router to receive events of a subgraph. */
export type EventsOver = 'ws' | 'sse' | 'callback';

/** A running router or subgraph. */
export interface RunningServer {
  /** Scheme, host and port of a router; the address of a subgraph. */
  readonly url: string;
  /** Stops it with a signal; resolves to its exit code. */
  stop(): Promise<number | null>;
}

/** The running example; its URL is that of the router. */
export interface RunningSupergraph extends RunningServer {
  /** Addresses of the router and of both subgraphs. */
  readonly all: readonly string[];
  /** Output since the start, with the log lines of the campaigns. */
  readonly output: () => string;
}

const isInstalled = ['@graphql-hive/gateway', '@apollo/gateway'].every((name) =>
  existsSync(`${exampleDirectory}node_modules/${name}`),
);

/** A suite that needs the dependencies of the example. It says loudly that it is skipped, and fails instead in CI. */
export function describeWithSupergraph(name: string, suite: () => void): void {
  if (!isInstalled) {
    const why = 'examples/supergraph is not installed (npm ci in there)';
    if (process.env['CI'])
      test('CI has installed examples/supergraph', () => {
        throw new Error(`${why}: ${name} would go untested.`);
      });
    // eslint-disable-next-line no-console -- a suite that did not run must not look like one that passed
    console.warn(`SKIPPED: ${name}. ${why}.`);
  }
  (isInstalled ? describe : describe.skip)(name, suite);
}

/** Runs the command of the example, with the sandbox of the test as its upstream. */
export async function startSupergraph(
  sandbox: Sandbox,
  eventsOver: EventsOver,
  router: Router = 'hive',
): Promise<RunningSupergraph> {
  const child = run('start.mjs', {
    PORT: String(await freePort()),
    CAMPAIGNS_PORT: '0',
    OWNERS_PORT: '0',
    ROUTER: router,
    SUBSCRIPTIONS: eventsOver,
    LOG_LEVEL: 'info',
    EXOTEL_BASE_URL: sandbox.baseUrl,
    EXOTEL_ACCOUNT_SID: credentials.accountSid,
    EXOTEL_API_KEY: credentials.apiKey,
    EXOTEL_API_TOKEN: credentials.apiToken,
    EXOTEL_CHECK: 'off',
    EXOTEL_RATE_LIMIT: '0',
  });
  let output = '';
  child.stdout?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  const all = await placesSaid(child);
  return { url: all[0] ?? '', all, output: () => output, stop: () => stop(child) };
}

/** Runs Apollo's gateway of the example alone, in front of subgraphs that run elsewhere. */
export async function startApolloGateway(
  environment: Readonly<Record<'SUPERGRAPH' | 'CAMPAIGNS_URL' | 'OWNERS_URL', string>>,
): Promise<RunningServer> {
  const child = run('apollo-gateway.mjs', { ...environment, PORT: '0' });
  const url = await said(child, (text) => /Listening on (\S+)\/ /.exec(text)?.[1]);
  return { url, stop: () => stop(child) };
}

/** Runs Hive Gateway with a configuration of the example, in front of subgraphs that run elsewhere. */
export async function startHiveGateway(
  configuration: string,
  environment: Readonly<Record<string, string>>,
): Promise<RunningServer> {
  const hive = 'node_modules/@graphql-hive/gateway/dist/bin.js';
  const port = String(await freePort());
  const child = run(
    hive,
    environment,
    'supergraph',
    '--config-path',
    configuration,
    '--host',
    '127.0.0.1',
    '--port',
    port,
  );
  const url = await said(child, (text) => /Listening on (http:\/\/[\w.:]+)/.exec(text)?.[1]);
  return { url, stop: () => stop(child) };
}

/** Runs the subgraph of the owners alone. */
export async function startOwners(): Promise<RunningServer> {
  const program =
    "import('./owners/server.mjs').then(async ({ startOwners }) => console.log((await startOwners(0)).url))";
  const child = run('--eval', {}, program);
  const url = await said(child, (text) => /^(http:\S+)\n/m.exec(text)?.[1]);
  return { url, stop: () => stop(child) };
}

/** Runs `npm run events` of the example on the embedded sandbox; resolves to its exit code and output. */
export async function showEvents(): Promise<{ readonly exitCode: number | null; readonly output: string }> {
  const child = run('events.mjs', { PORT: String(await freePort()), CAMPAIGNS_PORT: '0', OWNERS_PORT: '0' });
  let output = '';
  for (const stream of [child.stdout, child.stderr])
    stream?.on('data', (chunk: Buffer) => (output += chunk.toString()));
  await once(child, 'close');
  return { exitCode: child.exitCode, output };
}

function run(
  file: string,
  environment: Readonly<Record<string, string>>,
  ...words: readonly string[]
): ChildProcess {
  return spawn(process.execPath, [file, ...words], {
    cwd: exampleDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: { PATH: process.env['PATH'], ...environment },
  });
}

/** Stops a process with a signal; resolves to its exit code. */
async function stop(child: ChildProcess): Promise<number | null> {
  if (child.exitCode !== null) return child.exitCode;
  const ended = once(child, 'exit');
  child.kill('SIGTERM');
  await ended;
  return child.exitCode;
}

/** Waits until the example is ready; returns the addresses of its three servers. */
function placesSaid(child: ChildProcess): Promise<readonly string[]> {
  return said(child, (text) => {
    const found = [...text.matchAll(/^ {2}(?:GraphQL|Campaigns|Owners) +(http:\S+)\/graphql/gm)];
    return found.length === 3 ? found.map(([, place = '']) => place) : undefined;
  });
}
