import { performance } from 'node:perf_hooks';
import { setTimeout as sleep } from 'node:timers/promises';
import { processCost } from '../process-cost.mjs';
import { isGood } from '../load/closed-loop.mjs';
import { Connection } from '../load/connection.mjs';
import { requestBytes } from '../load/request-bytes.mjs';
import { percentile } from '../statistics.mjs';
import { shown, table } from '../table.mjs';
import { gatewayOn, sidAt } from './gateway.mjs';

const everyMs = 10_000;
const sids = 10;
const query = `query Dashboard($sid: ID!) {
  campaign(sid: $sid) { sid name status stats { sent total } messages(first: 20) { nodes { sid number status } } }
}`;

/** So many dashboards, each with a connection of its own, that ask every ten seconds for one of ten campaigns. */
export async function manyClients(counts, upstream) {
  const rows = [];
  for (const count of counts) rows.push(await measureClients(count, upstream));
  const head = [
    'clients',
    'answers/s',
    'p50 ms',
    'p99 ms',
    'CPU of a core',
    'upstream calls/min',
    'RSS MB',
    'errors',
  ];
  const text = table(
    head,
    rows.map((row) => row.map((value, column) => shown(value, column === 4 ? ' %' : ''))),
  );
  const hasFailed = rows.some((row) => row.at(-1) > 0); // errors
  return { rows, text, hasFailed };
}

async function measureClients(count, upstream) {
  await upstream.set({ campaigns: 100, messages: 1000 });
  const gateway = await gatewayOn(upstream);
  const requests = Array.from({ length: sids }, (_, index) =>
    requestBytes(`${gateway.url}/graphql`, { query, variables: { sid: sidAt(index) } }),
  );
  const tally = { latencies: [], errors: 0 };
  const startedAt = performance.now();
  // The first round opens the connections and warms up; the second is measured.
  const client = async (index) => {
    const connection = new Connection(gateway.url);
    const phaseMs = (index / count) * everyMs;
    for (let round = 0; round < 2; round += 1) {
      await sleep(Math.max(0, startedAt + phaseMs + round * everyMs - performance.now()));
      const askedAt = performance.now();
      const { status, body } = await connection.asked(requests[index % sids]);
      if (round === 0) continue;
      tally.latencies.push(performance.now() - askedAt);
      if (!isGood(status, body)) tally.errors += 1;
    }
    return connection;
  };
  try {
    const all = Promise.all(Array.from({ length: count }, (_, index) => client(index)));
    await sleep(everyMs);
    const [before, callsBefore, from] = [processCost(gateway.pid), await upstream.calls(), performance.now()];
    const [open] = await Promise.all([all, sleep(everyMs)]);
    const [after, calls, to] = [processCost(gateway.pid), await upstream.calls(), performance.now()];
    for (const connection of open) connection.close();
    const sorted = Float64Array.from(tally.latencies).sort();
    return [
      count,
      (sorted.length / (to - from)) * 1000,
      percentile(sorted, 0.5),
      percentile(sorted, 0.99),
      ((after.cpuMs - before.cpuMs) / (to - from)) * 100,
      ((calls - callsBefore) / (to - from)) * 60_000,
      after.rssMb,
      tally.errors,
    ];
  } finally {
    await gateway.close();
  }
}
