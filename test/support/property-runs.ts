/**
 * How many runs a property has. `npm test` has enough of them to find what is often wrong; `PROPERTY_RUNS`, which
 * `npm run soak` sets, has many more.
 */
export function runsOf(byDefault: number): number {
  return Math.max(byDefault, Number(process.env['PROPERTY_RUNS'] ?? 0));
}

/** How long a property takes at most on a slow machine; the long form takes as long as it does. */
export function limitOf(ms: number): { readonly interruptAfterTimeLimit?: number } {
  return process.env['PROPERTY_RUNS'] === undefined ? { interruptAfterTimeLimit: ms } : {};
}

/** The seed of a property that is the same each time, so that `npm test` is. `PROPERTY_SEED` looks for what it does not find. */
export function seedOf(byDefault: number): number {
  return Number(process.env['PROPERTY_SEED'] ?? byDefault);
}
