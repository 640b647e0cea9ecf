import { cases } from './cases.mjs';
import { startContestant } from './contestants.mjs';
import { answersOf, checkSame } from './same-answer.mjs';
import { startUpstream } from './upstreams.mjs';

/**
 * Checks that the contestants answer the same data in every case, and measures nothing.
 * @param {{ only: readonly string[] }} options
 * @throws where one does not.
 */
export async function same({ only: names }) {
  const upstream = await startUpstream('recorded');
  const sids = await upstream.runningSids(10);
  const bare = await startContestant('bare', upstream.url);
  for (const name of names) {
    const contestant = await startContestant(name, upstream.url);
    for (const what of cases) {
      const expected = await answersOf(what, sids, 'bare', bare.url);
      await checkSame(what, sids, name, contestant.url, expected);
      console.log(`${what.name}: ${name} answers as bare does`);
    }
    await contestant.close();
  }
  await Promise.all([bare.close(), upstream.close()]);
}
