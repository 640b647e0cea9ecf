import { type Stats } from '../../../schema/stats.js';
import { countOf, maximumInt } from '../wire/number.js';
import { wordReader } from './words.js';

type CountName = keyof Stats;

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
  ['TOTAL', 'total'], // of newer guide pages (docs/upstream.md, "Not settled")
]);

const countNameOf = wordReader((name) => countNames.get(name));

/**
 * Missing and unreadable counts are 0: create answers no stats at all. Of two spellings of one name the later counts.
 * The total is what the upstream says, where that is more than the counts that have a name here: others may be spelt in
 * words that are no statuses of the document (`delivered`, `pending`), and are not guessed. It is clamped like each count.
 */
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
  let sum = 0;
  for (const key in wire) {
    const name = countNameOf(key);
    if (!name) continue;
    const count = countOf(wire[key]) ?? 0;
    if (name !== 'total') sum += count - stats[name];
    stats[name] = count;
  }
  stats.total = Math.min(Math.max(sum, stats.total), maximumInt);
  return stats;
}
