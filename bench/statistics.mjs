/**
 * The value below which a share of the values lies, by nearest rank; NaN of none.
 * @param {ArrayLike<number>} sorted ascending
 * @param {number} share from 0 to 1
 */
export function percentile(sorted, share) {
  if (sorted.length === 0) return Number.NaN;
  const rank = Math.ceil(share * sorted.length);
  return sorted[Math.min(sorted.length - 1, Math.max(0, rank - 1))];
}

/**
 * The middle of the values, in any order; of an even number, the mean of the two in the middle; NaN of none.
 * @param {readonly number[]} values
 */
export function median(values) {
  const sorted = [...values].sort((a, b) => a - b);
  const middle = sorted.length / 2;
  return Number.isInteger(middle)
    ? ((sorted[middle - 1] ?? Number.NaN) + (sorted[middle] ?? Number.NaN)) / 2
    : sorted[Math.floor(middle)];
}

/**
 * The round that was disturbed least, which is the one with the least CPU: whatever else a machine does only adds.
 * Errors are those of the worst round: no round hides another's.
 * @template {{ cpuUs: number, errors: number }} R
 * @param {readonly R[]} rounds at least one
 * @returns {R}
 */
export function quietest(rounds) {
  const least = rounds.reduce((best, round) => (round.cpuUs < best.cpuUs ? round : best));
  return { ...least, errors: Math.max(...rounds.map(({ errors }) => errors)) };
}

/**
 * The same list begun one further on for each round, so that no one is always first.
 * @template T
 * @param {readonly T[]} list
 * @param {number} round from 0
 * @returns {T[]}
 */
export function rotated(list, round) {
  const by = list.length === 0 ? 0 : round % list.length;
  return [...list.slice(by), ...list.slice(0, by)];
}
