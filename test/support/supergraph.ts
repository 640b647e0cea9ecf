import { said } from './child-process.js';
import { describe, test } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { fileURLToPath } from 'node:url';
import { type Sandbox } from '../../src/sandbox/sandbox.js';
import { credentials } from './gateway-under-test.js';

/** Where the example is. */
export const exampleDirectory = fileURLToPath(new URL('../../examples/supergraph/', import.meta.url));

/** Ways in which a router is sent a subgraph's events. */
export type EventsOver = 'ws' | 'sse' | 'callback';

/** The example, running as its reader would run it. */
export interface RunningSupergraph {
  /** The router's scheme, host and port. */
  readonly url: string;
  /** Those of the router and of both subgraphs. */
  readonly all: readonly string[];
  /** Ends it by a signal; answers its exit code. */
  stop(): Promise<number | null>;
}

const isInstalled = existsSync(`${exampleDirectory}node_modules/@graphql-hive/gateway`);

/** A suite that needs what the example depends on: says loudly that it was skipped, and does not let CI do without. */
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

/** Runs the example's one command, its campaigns on a sandbox of the test's. */
export async function startSupergraph(sandbox: Sandbox, eventsOver: EventsOver): Promise<RunningSupergraph> {
  const child = spawn(process.execPath, ['start.mjs'], {
    cwd: exampleDirectory,
    stdio: ['ignore', 'pipe', 'pipe'],
    env: {
      PATH: process.env['PATH'],
      PORT: String(await freePort()),
      CAMPAIGNS_PORT: '0',
      OWNERS_PORT: '0',
      SUBSCRIPTIONS: eventsOver,
      LOG_LEVEL: 'silent',
      EXOTEL_BASE_URL: sandbox.baseUrl,
      EXOTEL_ACCOUNT_SID: credentials.accountSid,
      EXOTEL_API_KEY: credentials.apiKey,
      EXOTEL_API_TOKEN: credentials.apiToken,
      EXOTEL_RATE_LIMIT: '0',
    },
  });
  const stop = async (): Promise<number | null> => {
    if (child.exitCode !== null) return child.exitCode;
    const ended = once(child, 'exit');
    child.kill('SIGTERM');
    await ended;
    return child.exitCode;
  };
  const all = await placesSaid(child);
  return { url: all[0] ?? '', all, stop };
}

/** The router says where it is by the port that it was given: it can't be told to take any. */
async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

/** Waits until the example says that it is ready, and where its three servers are. */
function placesSaid(child: ChildProcess): Promise<readonly string[]> {
  return said(child, (text) => {
    const found = [...text.matchAll(/^ {2}(?:GraphQL|Campaigns|Owners) +(http:\S+)\/graphql/gm)];
    return found.length === 3 ? found.map(([, place = '']) => place) : undefined;
  });
}
