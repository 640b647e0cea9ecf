export function percentile(sorted: ArrayLike<number>, share: number): number;
export function median(values: readonly number[]): number;
export function quietest<R extends { readonly cpuUs: number; readonly errors: number }>(
  rounds: readonly R[],
): R;
export function rotated<T>(list: readonly T[], round: number): T[];
