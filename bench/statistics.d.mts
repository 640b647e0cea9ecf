export function percentile(sorted: ArrayLike<number>, share: number): number;
export function median(values: readonly number[]): number;
export function medians<R extends Readonly<Record<string, number>>>(records: readonly R[]): R;
export function rotated<T>(list: readonly T[], round: number): T[];
