import { errors } from 'jose';
import { pino } from 'pino';
import { fetchKeys } from './fetched-keys.js';
import { KeySet } from './key-set.js';

/**
 * Reads an issuer's keys once.
 * @returns the algorithms among the given ones for which there is a key that tokens can be verified with.
 * @throws KeySetUnavailable
 */
export async function usableAlgorithms(
  url: string,
  algorithms: readonly string[],
): Promise<readonly string[]> {
  const set = new KeySet(await fetchKeys(url), pino({ level: 'silent' }));
  const usable: string[] = [];
  for (const alg of algorithms) {
    const hasKey = await set.find({ alg }).then(
      (key) => key !== undefined,
      (error: unknown) => error instanceof errors.JWKSMultipleMatchingKeys,
    );
    if (hasKey) usable.push(alg);
  }
  return usable;
}
