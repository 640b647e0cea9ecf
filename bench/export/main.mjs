/**
 * Exports a campaign while its gateway and the command are killed, the connection breaks, statuses change and dashboards poll:
 * `node bench/export/main.mjs [messages] [rows of a page] [how many times faster than 30 calls a minute]`
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startUpstream } from './upstream.mjs';

const [messages = 500_000, pageMaximum = 50, factor = 1200] = process.argv.slice(2).map(Number);
const main = new URL('../../dist/main.js', import.meta.url).pathname;
const [breaks, kills, dashboards] = [10, 2, 200];
const mebibyte = 1024 * 1024;

const upstream = await startUpstream({ messages, pageMaximum });
const directory = mkdtempSync(join(tmpdir(), 'export-'));
const out = join(directory, 'all.ndjson');
let gateway = await startGateway(await freePort());
const { port } = gateway;
const proxy = await startProxy(() => port);

const rss = [];
const sampling = setInterval(
  () => rss.push({ pid: gateway.child.pid, bytes: residentBytes(gateway.child.pid) }),
  200,
);
const seen = { answers: 0, errors: 0 };
let isOver = false;
const polling = pollDashboards();

const startedAt = performance.now();
const disturbing = disturb();
let exits = 0;
let command = startCommand();
for (;;) {
  const { code, signal } = await command.ended;
  if (code === 0) break;
  if (signal !== 'SIGKILL') throw new Error(`the command ended with ${code}: ${command.said()}`);
  exits += 1;
  command = startCommand();
}
const seconds = (performance.now() - startedAt) / 1000;
isOver = true;
const disturbed = await disturbing;
await polling;
clearInterval(sampling);
gateway.child.kill();
proxy.close();
upstream.close();

const { rows, distinct } = await rowsOf(out);
rmSync(directory, { recursive: true });
const last = rss.filter(({ pid }) => pid === gateway.child.pid).map(({ bytes }) => bytes);
const half = Math.floor(last.length / 2);
const early = last.slice(half / 2, half).toSorted((a, b) => a - b)[Math.floor(half / 4)] ?? 0; // once the heap has its size
console.log({
  messages,
  rows,
  distinct,
  calls: upstream.calls(),
  seconds: Math.round(seconds),
  minutesAt30: Math.round(upstream.calls() / 10), // a third of 30 calls a minute
  ...disturbed,
  commandKilled: exits,
  dashboards: seen,
  rssMiB: last
    .filter((_, index) => index % Math.ceil(last.length / 12) === 0)
    .map((bytes) => Math.round(bytes / mebibyte)),
  rssGrowthMiB: Math.round((Math.max(...last.slice(half)) - early) / mebibyte),
});
process.exit(rows === messages && distinct === messages && seen.errors === 0 ? 0 : 1);

/** Breaks connections, and kills the gateway and the command, at even distances. */
async function disturb() {
  const done = { connectionsBroken: 0, gatewayKilled: 0 };
  const all = breaks + 2 * kills;
  for (let step = 1; step <= all && !isOver; step += 1) {
    while (!isOver && progress() < step / (all + 8)) await sleep(100);
    if (isOver) break;
    if (step % 7 === 3) {
      const exit = new Promise((resolve) => gateway.child.once('exit', resolve));
      gateway.child.kill('SIGKILL');
      await exit;
      gateway = await startGateway(port);
      done.gatewayKilled += 1;
    } else if (step % 7 === 6) command.child.kill('SIGKILL');
    else {
      proxy.breakAll();
      done.connectionsBroken += 1;
    }
  }
  return done;
}

/** From 0 to 1. */
function progress() {
  try {
    return JSON.parse(readFileSync(`${out}.part.json`, 'utf8')).rows / messages;
  } catch {
    return 0;
  }
}

async function startGateway(onPort) {
  const child = spawn(process.execPath, ['--max-semi-space-size=32', main], {
    env: {
      PATH: process.env.PATH,
      PORT: String(onPort),
      LOG_LEVEL: 'warn',
      EXOTEL_BASE_URL: upstream.url,
      EXOTEL_ACCOUNT_SID: 'acme',
      EXOTEL_API_KEY: 'key',
      EXOTEL_API_TOKEN: 'token',
      EXOTEL_RATE_LIMIT: String(30 * factor),
      CACHE: 'on',
    },
    stdio: 'ignore',
  });
  for (;;) {
    const ready = await fetch(`http://127.0.0.1:${onPort}/livez`).catch(() => undefined);
    if (ready?.ok) return { child, port: onPort };
    await sleep(50);
  }
}

function startCommand() {
  const child = spawn(process.execPath, [main, 'export', 'c', '--out', out, '--url', proxy.url], {
    env: { PATH: process.env.PATH },
    stdio: ['ignore', 'ignore', 'pipe'],
  });
  let said = '';
  child.stderr.on('data', (chunk) => (said = (said + chunk).slice(-2000)));
  const ended = new Promise((resolve) => child.once('exit', (code, signal) => resolve({ code, signal })));
  return { child, ended, said: () => said };
}

async function startProxy(target) {
  const sockets = new Set();
  const server = createServer((socket) => {
    const ahead = connect(target(), '127.0.0.1');
    for (const one of [socket, ahead]) {
      sockets.add(one);
      one.on('error', () => undefined);
      one.on('close', () => {
        sockets.delete(one);
        socket.destroy();
        ahead.destroy();
      });
    }
    socket.pipe(ahead).pipe(socket);
  });
  await new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(undefined)));
  return {
    url: `http://127.0.0.1:${server.address().port}`,
    breakAll: () => sockets.forEach((socket) => socket.destroy()),
    close: () => {
      server.close();
      sockets.forEach((socket) => socket.destroy());
    },
  };
}

/** Polls as so many dashboards do, each once in five seconds. While the gateway is killed there is nobody to ask. */
async function pollDashboards() {
  const query =
    '{ campaigns(first: 10) { nodes { sid stats { sent } fetchedAt messages(first: 5) { nodes { sid status } } } } }';
  while (!isOver) {
    const pid = gateway.child.pid;
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    }).catch(() => undefined);
    const answer = await response?.json().catch(() => undefined);
    const wasKilled = gateway.child.pid !== pid || gateway.child.signalCode !== null;
    if (answer?.data && !answer.errors) seen.answers += 1;
    else if (!wasKilled && response) seen.errors += 1;
    await sleep(5000 / dashboards);
  }
}

async function rowsOf(path) {
  const sids = new Set();
  let rows = 0;
  for await (const line of createInterface({ input: createReadStream(path) })) {
    rows += 1;
    sids.add(JSON.parse(line).sid);
  }
  return { rows, distinct: sids.size };
}

function residentBytes(pid) {
  try {
    return Number(/^VmRSS:\s+(\d+) kB$/m.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1] ?? 0) * 1024;
  } catch {
    return 0;
  }
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await new Promise((resolve) => server.once('listening', resolve));
  const { port: free } = server.address();
  await new Promise((resolve) => server.close(resolve));
  return free;
}
