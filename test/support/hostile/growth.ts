/** Ten times the input takes about ten times as long in linear work (twenty with garbage), a hundred times in quadratic work. */
export const mostForLinear = 50;

/**
 * How many times as long work takes for ten times the input.
 *
 * @param length of the longer input; the shorter one has a tenth of it
 * @param work handles an input of that length
 */
export function growthOf(length: number, work: (length: number) => void): number {
  const shortMs = timeOf(() => {
    work(length / 10);
  });
  const longMs = timeOf(() => {
    work(length);
  });
  return longMs / shortMs;
}

/** The shortest of several measurements, in milliseconds: other load on the machine only adds time. */
function timeOf(work: () => void): number {
  const times = [1, 2, 3, 4, 5].map(() => {
    const from = performance.now();
    work();
    return performance.now() - from;
  });
  return Math.min(...times);
}
