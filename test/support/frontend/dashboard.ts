import { describe, test } from '@jest/globals';
import { spawnSync } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
} from 'node:fs';
import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, request, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { type Duplex } from 'node:stream';
import { extname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { findBrowser } from './browser.js';

const example = fileURLToPath(new URL('../../../examples/dashboard/', import.meta.url));
const builds = join(example, 'node_modules/.cache/built-for-tests');
const types: Readonly<Record<string, string>> = { '.js': 'text/javascript', '.css': 'text/css' };

/** The reason why the dashboard can't be tested here; undefined if it can. */
function whatIsMissing(): string | undefined {
  if (findBrowser() === undefined) return 'No Chromium was found on PATH';
  const isInstalled = existsSync(join(example, 'node_modules/vite'));
  return isInstalled ? undefined : 'examples/dashboard is not installed (npm ci in there)';
}

/** A suite that opens the dashboard in a browser. It says loudly that it is skipped, and fails instead in CI. */
export function describeWithDashboard(name: string, suite: () => void): void {
  const missing = whatIsMissing();
  if (missing !== undefined) {
    if (process.env['CI'])
      test('CI can open the dashboard', () => {
        throw new Error(`${missing}: ${name} would go untested.`);
      });
    // eslint-disable-next-line no-console -- a suite that did not run must not look like one that passed
    console.warn(`SKIPPED: ${name}. ${missing}.`);
  }
  (missing === undefined ? describe : describe.skip)(name, suite);
}

/** Builds the dashboard once for its newest source; several suites may do so at the same time. @returns the directory. */
function buildDashboard(): string {
  const directory = join(builds, String(newestSource()));
  if (existsSync(directory)) return directory;
  mkdirSync(builds, { recursive: true });
  const unfinished = mkdtempSync(`${builds}/unfinished-`);
  const args = ['node_modules/vite/bin/vite.js', 'build', '--logLevel', 'warn', '--outDir', unfinished];
  const { status, stdout, stderr } = spawnSync(process.execPath, [...args, '--emptyOutDir'], {
    cwd: example,
    encoding: 'utf8',
    env: { PATH: process.env['PATH'] },
    timeout: 120_000,
    killSignal: 'SIGKILL',
  });
  if (status !== 0 || stderr !== '') throw new Error(stdout + stderr);
  try {
    renameSync(unfinished, directory);
  } catch {
    rmSync(unfinished, { recursive: true }); // another suite was faster
  }
  return directory;
}

/** Time of the last change, in epoch milliseconds. */
function newestSource(): number {
  const sources = readdirSync(join(example, 'src'), { recursive: true, encoding: 'utf8' });
  const files = [
    'index.html',
    'vite.config.mjs',
    'package-lock.json',
    ...sources.map((file) => `src/${file}`),
  ];
  return Math.max(...files.map((file) => statSync(join(example, file)).mtimeMs));
}

/** The built dashboard on a port of its own. */
export interface DashboardServer {
  readonly url: string;
  /**
   * Says where the gateway is: /graphql and exports are forwarded to it, as by `npm start` of the example.
   * @param isNamed the page is given the address, and asks the gateway itself.
   */
  connect(gatewayUrl: string, isNamed: boolean): void;
  /** Cuts all WebSockets and refuses new ones until `restore`. @returns resolves when two attempts were refused. */
  cut(): Promise<void>;
  restore(): void;
  close(): Promise<void>;
}

/** Serves the built dashboard. */
export async function serveDashboard(): Promise<DashboardServer> {
  const directory = buildDashboard();
  let index = readFileSync(join(directory, 'index.html'), 'utf8');
  let gatewayUrl = '';
  const server = createServer((incoming, response) => {
    const { pathname } = new URL(incoming.url ?? '/', 'http://localhost');
    if (pathname === '/graphql' || /^\/campaigns\/[^/]+\/messages/.test(pathname)) {
      forward(gatewayUrl, incoming, response);
      return;
    }
    const type = types[extname(pathname)];
    response.setHeader('content-type', type ?? 'text/html');
    response.end(type === undefined ? index : readFileSync(join(directory, pathname)));
  });
  const sockets = new Set<Duplex>();
  let isCut = false;
  const refusals = new EventEmitter();
  server.on('upgrade', (incoming: IncomingMessage, socket: Duplex, head: Buffer) => {
    if (isCut) {
      socket.destroy();
      refusals.emit('refused');
    } else tunnel(gatewayUrl, incoming, { socket, head }, sockets, () => isCut);
  });
  const endSockets = (): void => {
    for (const socket of sockets) socket.destroy();
  };
  await once(server.listen(0, '127.0.0.1'), 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    connect: (url, isNamed) => {
      gatewayUrl = url;
      if (isNamed)
        index = index.replace('name="gateway-url" content=""', `name="gateway-url" content="${url}"`);
    },
    cut: async () => {
      isCut = true;
      endSockets();
      for (let attempt = 0; attempt < 2; attempt += 1) await once(refusals, 'refused');
    },
    restore: () => {
      isCut = false;
    },
    close: async () => {
      endSockets();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
}

function forward(gatewayUrl: string, incoming: IncomingMessage, response: ServerResponse): void {
  const { method, headers } = incoming;
  const outgoing = request(new URL(incoming.url ?? '/', gatewayUrl), { method, headers }, (answer) => {
    response.writeHead(answer.statusCode ?? 502, answer.headers);
    answer.pipe(response);
  });
  outgoing.on('error', () => response.destroy());
  incoming.pipe(outgoing);
}

/** @param isCut whether WebSockets are refused by now: one that is being opened is cut, too. */
function tunnel(
  gatewayUrl: string,
  { headers }: IncomingMessage,
  { socket, head }: { readonly socket: Duplex; readonly head: Buffer },
  sockets: Set<Duplex>,
  isCut: () => boolean,
): void {
  const end = (): void => void socket.destroy();
  const outgoing = request(new URL('/graphql', gatewayUrl), { headers });
  outgoing.on('error', end);
  outgoing.on('response', end); // the gateway refuses
  outgoing.on('upgrade', (answer, upstream) => {
    if (isCut()) {
      socket.destroy();
      upstream.destroy();
      return;
    }
    const lines = Object.entries(answer.headers).map(([name, value]) => `${name}: ${String(value)}`);
    socket.write(`HTTP/1.1 101 Switching Protocols\r\n${lines.join('\r\n')}\r\n\r\n`);
    upstream.write(head);
    for (const one of [socket, upstream]) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        socket.destroy();
        upstream.destroy();
      });
    }
    socket.pipe(upstream).pipe(socket);
  });
  outgoing.end();
}
