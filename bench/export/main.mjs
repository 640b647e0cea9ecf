/**
 * Exports a campaign while its gateway and the command are killed, the connection breaks, statuses change and dashboards poll:
 * `node bench/export/main.mjs [messages] [rows of a page] [how many times as fast the clocks run]`
 */
import { spawn } from 'node:child_process';
import { createReadStream, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { connect, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { setTimeout as sleep } from 'node:timers/promises';
import { startUpstream } from './upstream.mjs';

const [messages = 500_000, pageMaximum = 500, factor = 30] = process.argv.slice(2).map(Number);
const main = new URL('../../dist/main.js', import.meta.url).pathname;
const [breaks, kills, dashboards] = [10, 2, 200];
const mebibyte = 1024 * 1024;

/** The clock of the upstream, the gateway and the command. */
const beganMs = Date.now();
const now = () => beganMs + (Date.now() - beganMs) * factor;
const clock = { CLOCK_FACTOR: String(factor), CLOCK_BEGAN_MS: String(beganMs) };
const fastClock = ['--import', new URL('fast-clock.mjs', import.meta.url).href];
const callsPerMinute = 30;

const upstream = await startUpstream({ messages, pageMaximum, callsPerMinute, now });
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
const seen = { answers: 0, errors: 0, oldestSeconds: 0 };
let isOver = false;
const polling = pollDashboards();

const startedAtMs = now();
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
const minutes = (now() - startedAtMs) / 60_000;
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
  refused: upstream.refused(),
  minutes: Math.round(minutes),
  ...disturbed,
  commandKilled: exits,
  dashboards: seen,
  rssMiB: last
    .filter((_, index) => index % Math.ceil(last.length / 12) === 0)
    .map((bytes) => Math.round(bytes / mebibyte)),
  rssGrowthMiB: Math.round((Math.max(...last.slice(half)) - early) / mebibyte),
});
const isRight = rows === messages && distinct === messages && seen.errors === 0 && seen.oldestSeconds < 60;
process.exit(isRight ? 0 : 1);

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
  const child = spawn(process.execPath, ['--max-semi-space-size=32', ...fastClock, main], {
    env: {
      ...clock,
      PATH: process.env.PATH,
      PORT: String(onPort),
      LOG_LEVEL: 'warn',
      EXOTEL_BASE_URL: upstream.url,
      EXOTEL_ACCOUNT_SID: 'acme',
      EXOTEL_API_KEY: 'key',
      EXOTEL_API_TOKEN: 'token',
      EXOTEL_RATE_LIMIT: String(callsPerMinute),
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
  const child = spawn(
    process.execPath,
    [...fastClock, main, 'export', 'c', '--out', out, '--url', proxy.url],
    {
      env: { ...clock, PATH: process.env.PATH },
      stdio: ['ignore', 'ignore', 'pipe'],
    },
  );
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

/** Polls as so many dashboards do, each once in five seconds. While the gateway is killed nobody answers. */
async function pollDashboards() {
  const loops = 20;
  await Promise.all(Array.from({ length: loops }, () => pollInTurn(dashboards / loops)));
}

/** @param {number} count dashboards of one connection */
async function pollInTurn(count) {
  const query =
    '{ campaigns(first: 10) { nodes { sid stats { sent } fetchedAt messages(first: 5) { nodes { sid status } } } } }';
  while (!isOver) {
    const nextMs = performance.now() + 5000 / count / factor;
    const { child } = gateway;
    const response = await fetch(`http://127.0.0.1:${port}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query }),
    }).catch(() => undefined);
    const answer = await response?.json().catch(() => undefined);
    const wasKilled = gateway.child !== child || child.signalCode !== null;
    if (answer?.data && !answer.errors) {
      seen.answers += 1;
      for (const { fetchedAt } of answer.data.campaigns.nodes)
        seen.oldestSeconds = Math.max(seen.oldestSeconds, (now() - Date.parse(fetchedAt)) / 1000);
    } else if (!wasKilled && response) seen.errors += 1;
    await sleep(Math.max(0, nextMs - performance.now()));
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
