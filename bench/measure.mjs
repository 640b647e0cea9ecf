import { processCost } from './process-cost.mjs';
import { openLoad } from './load/closed-loop.mjs';
import { bytesOf, checkSame } from './same-answer.mjs';
import { startContestant } from './contestants.mjs';

/**
 * Measures one contestant at one case, in a process that has done nothing else.
 * @param {object} options
 * @param {import('./cases.mjs').Case} options.what
 * @param {string} options.name of the contestant
 * @param {Awaited<ReturnType<typeof import('./upstreams.mjs').startUpstream>>} options.upstream
 * @param {readonly string[]} options.sids
 * @param {readonly object[]} options.expected the data that every contestant has to answer
 * @param {{ warmUpMs: number, warmUpAnswers: number, measureMs: number, connections: number }} options.pace
 */
export async function measure({ what, name, upstream, sids, expected, pace }) {
  const { upstreamDelayMs = 0, connections = pace.connections } = what;
  await upstream.set({ delayMs: 0 }); // who is slowed down is not warm any sooner
  const contestant = await startContestant(name, upstream.url);
  try {
    await checkSame(what, sids, name, contestant.url, expected);
    const requests = bytesOf(what, sids, name, contestant.url);
    const load = await openLoad(contestant.url, { requests, connections });
    await load.run(pace.warmUpMs, pace.warmUpAnswers);
    await upstream.set({ delayMs: upstreamDelayMs });
    if (upstreamDelayMs > 0) await load.run(5 * upstreamDelayMs);
    const [costBefore, callsBefore] = [processCost(contestant.pid), await upstream.calls()];
    const { answers, ...result } = await load.run(pace.measureMs);
    const [cost, calls] = [processCost(contestant.pid), await upstream.calls()];
    load.close();
    return {
      ...result,
      cpuUs: ((cost.cpuMs - costBefore.cpuMs) * 1000) / answers,
      calls: (calls - callsBefore) / answers,
      rssMb: cost.rssMb,
      peakMb: cost.peakMb,
    };
  } finally {
    await contestant.close();
  }
}
