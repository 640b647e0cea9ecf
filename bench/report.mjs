import { shown, table } from './table.mjs';

const head = ['', 'req/s', 'p50 ms', 'p99 ms', 'CPU µs', 'calls', 'RSS MB', 'peak MB', 'errors'];
const baselines = ['apollo-rest', 'mercurius-jit', 'mercurius-plain', 'mercurius-fetch', 'bare'];

/**
 * The tables of the comparison.
 * @param {readonly { name: string, results: Record<string, Record<string, number>> }[]} measured by case
 */
export function comparison(measured) {
  return measured.map(({ name, results }) => `**${name}**\n\n${absolute(results)}`).join('\n\n');
}

/** How the gateway compares: throughput as times the other's, CPU as times the other's. */
export function ratios(measured) {
  const titles = baselines.flatMap((other) => [`req/s ÷ ${other}`, `CPU ÷ ${other}`]);
  const rows = measured.flatMap(({ name, results }) =>
    Object.keys(results)
      .filter((contestant) => contestant.startsWith('gateway'))
      .map((contestant) => [
        `${name}: ${contestant.replace('gateway, ', '')}`,
        ...baselines.flatMap((other) => [
          over(results[contestant], results[other], 'perSecond'),
          over(results[contestant], results[other], 'cpuUs'),
        ]),
      ]),
  );
  return table(['', ...titles], rows);
}

function absolute(results) {
  const rows = Object.entries(results).map(([contestant, result]) => [
    contestant,
    ...['perSecond', 'p50Ms', 'p99Ms', 'cpuUs', 'calls', 'rssMb', 'peakMb', 'errors'].map((key) =>
      shown(result[key]),
    ),
  ]);
  return table(head, rows);
}

function over(one, other, key) {
  return one && other ? shown(one[key] / other[key]) : '–';
}

/** The table of the clients that poll within a limit. */
export function pollingTable(results) {
  const rows = Object.entries(results).map(([contestant, result]) => [
    contestant,
    shown(result.asked),
    shown((result.answered / result.asked) * 100, ' %'),
    shown(result.p50Ms),
    shown(result.p99Ms),
    shown(result.calls),
    shown(result.refusedCalls),
  ]);
  return table(
    ['', 'asked', 'answered', 'p50 ms', 'p99 ms', 'upstream calls', 'of them over the limit'],
    rows,
  );
}

/** Where and of what it was measured, in a line. */
export function machineLine({ cpu, cores, memoryGb, node, platform, commit, at, loadBefore }, isPinned) {
  const pinned = isPinned ? 'each measured process on a core of its own' : 'no cores pinned';
  const when = at.slice(0, 10);
  return `${cpu}, ${cores} cores, ${memoryGb} GB, ${platform}, Node ${node}, commit ${commit}, ${when}, ${pinned}, load average before ${shown(loadBefore)}.`;
}
