import { type Stats } from '../../../schema/stats.js';
import { maximumInt } from '../wire/number.js';
import { wordReader } from './words.js';

type CountName = Exclude<keyof Stats, 'total'>;

/** By their names in any spelling; in the document they are hyphenated (`failed-no-attempt`). */
const countNames: ReadonlyMap<string, CountName> = new Map([
  ['SCHEDULED', 'scheduled'],
  ['SUBMITTED', 'submitted'],
  ['SENT', 'sent'],
  ['FAILED', 'failed'],
  ['FAILED_DND', 'failedDnd'],
  ['FAILED_EXPIRED', 'failedExpired'],
  ['FAILED_NO_ATTEMPT', 'failedNoAttempt'],
  ['FAILED_NO_BALANCE', 'failedNoBalance'],
  ['INVALID', 'invalid'],
]);

const countNameOf = wordReader((name) => countNames.get(name));

/** Missing counts are 0: create answers no stats at all. Of two spellings of one name the later counts. */
export function statsFromWire(wire: Readonly<Record<string, unknown>> | null): Stats {
  const stats: Stats = {
    scheduled: 0,
    submitted: 0,
    sent: 0,
    failed: 0,
    failedDnd: 0,
    failedExpired: 0,
    failedNoAttempt: 0,
    failedNoBalance: 0,
    invalid: 0,
    total: 0,
  };
  for (const key in wire) {
    const name = countNameOf(key);
    if (!name) continue;
    const count = countOf(wire[key]);
    stats.total += count - stats[name];
    stats[name] = count;
  }
  return stats;
}

function countOf(value: unknown): number {
  const count = typeof value === 'string' && /^\d+$/.test(value) ? Number(value) : value;
  return typeof count === 'number' && Number.isInteger(count) && count > 0 ? Math.min(count, maximumInt) : 0;
}
