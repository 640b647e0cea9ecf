import { cases } from './cases.mjs';
import { startContestant } from './contestants.mjs';
import { openLoad } from './load/closed-loop.mjs';
import { machineFacts } from './machine.mjs';
import { processCost } from './process-cost.mjs';
import { pinSelf } from './processes.mjs';
import { machineLine } from './report.mjs';
import { bytesOf } from './same-answer.mjs';
import { shown, table } from './table.mjs';
import { startUpstream } from './upstreams.mjs';

const [blockAnswers, blocks, rounds] = [500, 20, 5];
/** The last blocks, whose mean is the speed that a process reaches. */
const steadyBlocks = 6;

/**
 * Measures CPU per query of each 500 queries from the start of a process, and prints a table.
 * @param {{ case: readonly string[], only: readonly string[] }} options
 */
export async function warmUp({ case: caseNames, only: names }) {
  const machine = machineFacts();
  const isPinned = pinSelf();
  const upstream = await startUpstream('recorded');
  const sids = await upstream.runningSids(10);
  const rows = [];
  for (const what of cases.filter(({ name }) => caseNames.includes(name)))
    for (const name of names) {
      const measured = [];
      for (let round = 0; round < rounds; round += 1)
        measured.push(await blocksOf(what, name, upstream, sids));
      // CPU time is counted in ticks of 10 ms, about a tenth of a block: only the mean of several rounds says something.
      const us = measured[0].map((_, block) => mean(measured.map((one) => one[block])));
      const steadyUs = mean(us.slice(-steadyBlocks));
      const after = [0, 1, 2, 3, 4, 6, 9].map((block) => shown(us[block] / steadyUs));
      rows.push([`${what.name}: ${name}`, ...after, shown(steadyUs)]);
    }
  await upstream.close();
  const head = ['', '1–500', '–1,000', '–1,500', '–2,000', '–2,500', '3,001–3,500', '4,501–5,000', 'CPU µs'];
  console.log(`${machineLine(machine, isPinned)}\n\n${table(head, rows)}`);
}

async function blocksOf(what, name, upstream, sids) {
  const contestant = await startContestant(name, upstream.url);
  try {
    const requests = bytesOf(what, sids, name, contestant.url);
    const load = await openLoad(contestant.url, { requests, connections: 10 });
    const us = [];
    for (let block = 0; block < blocks; block += 1) {
      const { cpuMs } = processCost(contestant.pid);
      const { answers } = await load.run(0, blockAnswers);
      us.push(((processCost(contestant.pid).cpuMs - cpuMs) * 1000) / answers);
    }
    load.close();
    return us;
  } finally {
    await contestant.close();
  }
}

function mean(values) {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
