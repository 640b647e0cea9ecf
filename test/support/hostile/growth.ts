/** The growth of linear work is about 1, or 5 where only the long input makes large objects; that of quadratic work is 10. */
export const mostForLinear = 7;

/**
 * How many times as long work takes for one long input as for ten that have a tenth of its length.
 *
 * @param length of the long input
 * @param work handles an input of that length
 */
export function growthOf(length: number, work: (length: number) => void): number {
  let [tenthsMs, wholeMs] = [Infinity, Infinity];
  for (let round = 0; round < 25; round += 1) {
    tenthsMs = Math.min(
      tenthsMs,
      cpuMsOf(() => {
        for (let tenth = 0; tenth < 10; tenth += 1) work(length / 10);
      }),
    );
    wholeMs = Math.min(
      wholeMs,
      cpuMsOf(() => {
        work(length);
      }),
    );
    if (round > 0 && wholeMs < 3 * tenthsMs) break; // more rounds would only show it again; a collection of garbage may spoil several
  }
  return wholeMs / tenthsMs;
}

/** CPU time, on which other load on the machine has little effect. */
function cpuMsOf(run: () => void): number {
  const from = process.cpuUsage();
  run();
  const { user, system } = process.cpuUsage(from);
  return (user + system) / 1000;
}
