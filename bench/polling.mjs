import { setTimeout as sleep } from 'node:timers/promises';
import { performance } from 'node:perf_hooks';
import { cases } from './cases.mjs';
import { startContestant } from './contestants.mjs';
import { isGood } from './load/closed-loop.mjs';
import { Connection } from './load/connection.mjs';
import { bytesOf } from './same-answer.mjs';
import { percentile } from './statistics.mjs';
import { startUpstream } from './upstreams.mjs';

/** "30 requests per minute per account by default" (developer site, rate limiting). */
export const limit = 30;
const clients = 200;
const everyMs = 1000;

/**
 * So many dashboards, each of which asks for its screen every second, for one of ten campaigns with its messages or for
 * the list: 21 different reads, within a limit of 30 calls a minute.
 * @param {string} name of the contestant, which has an upstream and an account of its own
 * @param {number} forMs
 */
export async function poll(name, forMs) {
  const upstream = await startUpstream('recorded', limit);
  const unlimited = await startUpstream('recorded');
  const sids = await unlimited.runningSids(10);
  await unlimited.close();
  const contestant = await startContestant(name, upstream.url, { EXOTEL_RATE_LIMIT: String(limit) });
  const screens = ['campaign + 20 messages', 'list of 20'].flatMap((screen) =>
    bytesOf(
      cases.find((one) => one.name === screen),
      sids,
      name,
      contestant.url,
    ),
  );
  const tally = { asked: 0, answered: 0, latencies: [] };
  const until = performance.now() + forMs;
  await Promise.all(
    Array.from({ length: clients }, (_, index) =>
      client(new Connection(contestant.url), screens[index % screens.length], tally, until),
    ),
  );
  const { calls, over } = await upstream.counts();
  await Promise.all([contestant.close(), upstream.close()]);
  const sorted = Float64Array.from(tally.latencies).sort();
  return {
    asked: tally.asked,
    answered: tally.answered,
    p50Ms: percentile(sorted, 0.5),
    p99Ms: percentile(sorted, 0.99),
    calls,
    refusedCalls: over,
  };
}

async function client(connection, request, tally, until) {
  await sleep(Math.random() * everyMs);
  while (performance.now() < until) {
    const askedAt = performance.now();
    const { status, body } = await connection.asked(request);
    tally.asked += 1;
    tally.latencies.push(performance.now() - askedAt);
    if (isGood(status, body)) tally.answered += 1;
    await sleep(Math.max(0, askedAt + everyMs - performance.now()));
  }
  connection.close();
}
