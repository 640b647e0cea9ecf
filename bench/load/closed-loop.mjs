import { performance } from 'node:perf_hooks';
import { percentile } from '../statistics.mjs';
import { Connection } from './connection.mjs';

const errorsKey = Buffer.from('"errors":[');

/** Whether an answer is one that a client can use. */
export function isGood(status, body) {
  return status === 200 && !body.includes(errorsKey);
}

/**
 * As many requests as are answered: each connection sends its next one when it has its answer.
 * @param {string} url
 * @param {{ requests: readonly Buffer[], connections: number }} load requests are sent in turn.
 */
export async function openLoad(url, { requests, connections }) {
  const open = Array.from({ length: connections }, () => new Connection(url));
  await Promise.all(open.map((connection) => connection.open()));
  let next = 0;

  const drive = (connection, isOver, tally) =>
    new Promise((resolve) => {
      const ask = () => {
        const askedAt = performance.now();
        connection.ask(requests[next++ % requests.length], (status, body) => {
          const now = performance.now();
          tally.latencies.push(now - askedAt);
          if (!isGood(status, body)) tally.errors += 1;
          if (status === 0 || isOver(now)) resolve();
          else ask();
        });
      };
      ask();
    });

  return {
    /** Runs for so long at least, for so many answers at least, and until the last answer is here. */
    async run(forMs, leastAnswers = 0) {
      const startedAt = performance.now();
      const tally = { latencies: [], errors: 0 };
      const isOver = (now) => now >= startedAt + forMs && tally.latencies.length >= leastAnswers;
      await Promise.all(open.map((connection) => drive(connection, isOver, tally)));
      const seconds = (performance.now() - startedAt) / 1000;
      const sorted = Float64Array.from(tally.latencies).sort();
      return {
        answers: sorted.length,
        errors: tally.errors,
        perSecond: sorted.length / seconds,
        p50Ms: percentile(sorted, 0.5),
        p99Ms: percentile(sorted, 0.99),
      };
    },
    close() {
      for (const connection of open) connection.close();
    },
  };
}
