import { setTimeout as sleep } from 'node:timers/promises';
import { failedBecause } from '../../domain/upstream-failure.js';
import { type Flight } from './flights.js';

/** Waits for something, until the signal says that it is of no more use. */
export type Wait = (signal: AbortSignal) => Promise<unknown>;

/** Waits for so long. */
export function after(ms: number): Wait {
  return (signal) => sleep(ms, undefined, { signal, ref: false }).catch(() => undefined);
}

/**
 * The new answer, or the old one where a wait ends first or there will be no new one: never an error where an old
 * answer exists, except that there is no such thing any more.
 */
export async function newOrOld<T>({ landed }: Flight<T>, old: T, waits: readonly Wait[]): Promise<T> {
  const over = new AbortController();
  const giveOldUnlessGone = (error: unknown): T => {
    // That there is no such thing any more is an answer, and the newest one.
    if (failedBecause(error, 'notFound')) throw error;
    return old;
  };
  const given = await Promise.race([
    landed.catch(giveOldUnlessGone),
    ...waits.map((wait) => wait(over.signal).then(() => old)),
  ]);
  over.abort();
  return given;
}
