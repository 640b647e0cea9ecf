import { cases } from './cases.mjs';
import { startContestant } from './contestants.mjs';
import { machineFacts } from './machine.mjs';
import { measure } from './measure.mjs';
import { limit, poll } from './polling.mjs';
import { pinSelf } from './processes.mjs';
import { comparison, machineLine, pollingTable, ratios } from './report.mjs';
import { writeMarkdown, writeResults } from './results.mjs';
import { answersOf } from './same-answer.mjs';
import { quietest, rotated } from './statistics.mjs';
import { startUpstream } from './upstreams.mjs';

const paces = {
  full: { rounds: 3, warmUpMs: 5000, warmUpAnswers: 3000, measureMs: 4000, connections: 50, pollMs: 130_000 },
  quick: { rounds: 1, warmUpMs: 500, warmUpAnswers: 0, measureMs: 1000, connections: 20, pollMs: 10_000 },
};

/**
 * Measures every contestant at every case, round by round, and prints the tables.
 * @param {{ quick: boolean, rounds?: string, case: readonly string[], only: readonly string[], markdown: boolean }} options
 */
export async function compare({ quick, rounds, case: caseNames, only: names, markdown }) {
  const pace = { ...(quick ? paces.quick : paces.full), ...(rounds && { rounds: Number(rounds) }) };
  const machine = machineFacts();
  const isPinned = pinSelf();
  const measured = await compareCases(
    cases.filter(({ name }) => caseNames.includes(name)),
    names,
    pace,
  );
  const polled = caseNames.includes('polling') ? await pollAll(names, pace.pollMs) : undefined;
  const seconds = pace.pollMs / 1000;
  const exceptions = cases
    .filter(({ connections }) => connections)
    .map(({ connections, upstreamDelayMs }) => ` (${connections} at ${upstreamDelayMs} ms)`)
    .join('');
  const text = [
    machineLine(machine, isPinned),
    `${pace.connections} connections${exceptions}, the quietest of ${pace.rounds} rounds of ${pace.measureMs / 1000} s; CPU and upstream calls are per query.`,
    ...(measured.length > 0 ? [comparison(measured), ratios(measured)] : []),
    ...(polled
      ? [
          `**200 clients that ask every second for ${seconds} s, ${limit} calls a minute**`,
          pollingTable(polled),
        ]
      : []),
  ].join('\n\n');
  console.log(text);
  console.error(`\n${writeResults('compare', { machine, isPinned, pace, measured, polled })}`);
  if (markdown) writeMarkdown('compare', text);
  const failed = measured.flatMap(({ results }) => Object.values(results)).filter(({ errors }) => errors > 0);
  const cached = polled?.['gateway, cache on'];
  if (failed.length > 0 || cached?.answered < cached?.asked) process.exitCode = 1;
}

async function compareCases(wanted, names, pace) {
  const upstream = await startUpstream('recorded');
  const sids = await upstream.runningSids(10);
  const measured = [];
  for (const what of wanted) {
    const expected = await expectedOf(what, sids, upstream);
    const byName = Object.fromEntries(names.map((name) => [name, []]));
    for (let round = 0; round < pace.rounds; round += 1)
      for (const name of rotated(names, round)) {
        const result = await measure({ what, name, upstream, sids, expected, pace });
        byName[name].push(result);
        console.error(
          `${what.name} · ${name} · round ${round + 1}: ${Math.round(result.perSecond)} req/s, ${Math.round(result.cpuUs)} µs`,
        );
      }
    const results = Object.fromEntries(names.map((name) => [name, quietest(byName[name])]));
    measured.push({ name: what.name, results, rounds: byName });
  }
  await upstream.close();
  return measured;
}

/** What everybody has to answer is what the one without GraphQL does. */
async function expectedOf(what, sids, upstream) {
  const bare = await startContestant('bare', upstream.url);
  try {
    return await answersOf(what, sids, 'bare', bare.url);
  } finally {
    await bare.close();
  }
}

/** All at once: each has an upstream of its own, and a limit of 30 calls a minute leaves little to do. */
async function pollAll(names, forMs) {
  const results = await Promise.all(names.map((name) => poll(name, forMs)));
  return Object.fromEntries(names.map((name, index) => [name, results[index]]));
}
