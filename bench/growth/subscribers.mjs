import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { WebSocket } from 'ws';
import { processCost } from '../process-cost.mjs';
import { shown, table } from '../table.mjs';
import { Client } from './client.mjs';
import { gatewayOn, sidAt } from './gateway.mjs';

const settleMs = 3000;
const mostOpening = 200;
/** Of fewer, what a process gives back meanwhile is more than what they take. */
const fewestWeighed = 1000;
const query =
  'subscription Watch($sid: ID!) { campaignUpdated(sid: $sid) { sid name status stats { sent total } } }';

/** So many idle subscribers of one campaign over WebSocket; then it changes, and all of them are told. */
export async function manySubscribers(counts, upstream) {
  const rows = [];
  for (const count of counts) rows.push(await measureSubscribers(count, upstream));
  const head = ['subscribers', 'RSS MB', 'KB each', 'first told ms', 'last told ms', 'CPU µs each', 'told'];
  return {
    rows,
    hasFailed: rows.some(([subscribers, ...measured]) => measured.at(-1) < subscribers), // not all were told
    text: table(
      head,
      rows.map((row) => row.map((value) => shown(value))),
    ),
  };
}

async function measureSubscribers(count, upstream) {
  await upstream.set({ campaigns: 100, revision: 0 });
  const gateway = await gatewayOn(upstream);
  const client = new Client(gateway.url);
  const told = [];
  try {
    await client.ask(`{ campaign(sid: "${sidAt(0)}") { name } }`);
    const before = processCost(gateway.pid);
    const sockets = [];
    while (sockets.length < count)
      sockets.push(
        ...(await Promise.all(
          Array.from({ length: Math.min(mostOpening, count - sockets.length) }, () =>
            subscribe(gateway.url, () => told.push(performance.now())),
          ),
        )),
      );
    await sleep(settleMs);
    const idle = processCost(gateway.pid);
    await upstream.set({ revision: 1 });
    const changedAt = performance.now();
    // Whoever reads a campaign anew tells its subscribers: here a client that asks for it.
    await client.ask(`{ campaign(sid: "${sidAt(0)}") { name } }`, undefined, true);
    while (told.length < count && performance.now() < changedAt + 60_000) await sleep(5);
    const after = processCost(gateway.pid);
    for (const socket of sockets) socket.terminate();
    return [
      count,
      idle.rssMb,
      count < fewestWeighed ? Number.NaN : ((idle.rssMb - before.rssMb) * 1024) / count,
      told[0] - changedAt,
      told.at(-1) - changedAt,
      ((after.cpuMs - idle.cpuMs) * 1000) / count,
      told.length,
    ];
  } finally {
    client.close();
    await gateway.close();
  }
}

function subscribe(url, onEvent) {
  const socket = new WebSocket(`${url.replace('http', 'ws')}/graphql`, 'graphql-transport-ws', {
    perMessageDeflate: false,
  });
  return new Promise((resolve, reject) => {
    socket.on('error', reject);
    socket.on('open', () => socket.send('{"type":"connection_init"}'));
    socket.on('message', (data) => {
      const { type } = JSON.parse(data.toString());
      if (type === 'connection_ack') {
        const payload = { query, variables: { sid: sidAt(0) } };
        socket.send(JSON.stringify({ id: '1', type: 'subscribe', payload }));
        resolve(socket);
      } else if (type === 'next') onEvent();
      else if (type === 'ping') socket.send('{"type":"pong"}');
      else reject(new Error(data.toString()));
    });
  });
}
