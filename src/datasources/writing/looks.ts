/** How long a caller is kept waiting between looks; then it is told that the outcome is not known. */
const pausesMs = [5000, 5000] as const;

/**
 * Looks for what came of a request whose answer was lost: at once, and twice more, as soon as what was sent can't be processed any
 * more.
 * @param openMs for how long it may still be processed.
 * @param look answers undefined where it tells nothing; told whether what it does not find will not come any more.
 * @returns undefined where no look told anything.
 */
export async function looks<T>(
  openMs: number,
  sleep: (ms: number) => Promise<unknown>,
  look: (isSettled: boolean) => Promise<T | undefined>,
): Promise<T | undefined> {
  let leftMs = openMs;
  for (const pauseMs of [...pausesMs, null]) {
    const found = await look(leftMs <= 0);
    if (found !== undefined || pauseMs === null) return found;
    const waitMs = leftMs > 0 ? Math.min(leftMs, pauseMs) : pauseMs;
    await sleep(waitMs);
    leftMs -= waitMs;
  }
  return undefined;
}
