import { GatewayError } from '../../domain/errors.js';
import { type Campaign } from '../../schema/campaign.js';
import { type Window } from '../exotel/rows.js';
import { readable } from './list-source.js';

/** Where a batch of campaigns is read from. */
export interface BatchSource {
  /** How many calls it may need beside that for the newest window. */
  readonly batchCalls: number;
  readonly isFresh: (sid: string) => boolean;
  readonly isAmongNewest: (sid: string) => boolean;
  readonly kept: (sid: string) => Campaign | undefined;
  /** A window of the list of all campaigns, latest start first. */
  readonly window: (offset: number) => Promise<Window<Campaign>>;
  readonly single: (sid: string) => Promise<Campaign | null>;
}

/** Not all of a batch can be read for what it may cost; what was read is kept, so that asking again goes on. */
export class TooManyCampaigns extends GatewayError {
  constructor() {
    super(
      'QUERY_TOO_EXPENSIVE',
      'This one of the campaigns would need one upstream call too many; ask for fewer.',
    );
  }
}

/**
 * Campaigns by their sids: fresh snapshots first; where two or more remain, the newest window, which has fifty for the
 * price of one, and more windows while fewer calls are left than campaigns are missing; and single gets for those. A
 * single one that was in the newest window is refreshed with it too.
 * @param mustBeNew whether what is fresh will not do.
 */
export async function readBatch(
  source: BatchSource,
  sids: readonly string[],
  mustBeNew: boolean,
): Promise<(Campaign | null | Error)[]> {
  const isFresh = (sid: string): boolean => !mustBeNew && source.isFresh(sid);
  const missing = sids.filter((sid) => !isFresh(sid));
  const isWorthAWindow = missing.length > 1 || (!mustBeNew && missing.some(source.isAmongNewest));
  const { rows, callsLeft } = isWorthAWindow
    ? await listed(source, missing)
    : { rows: nothing, callsLeft: Infinity };
  const single = new Set(missing.filter((sid) => !rows.has(sid)).slice(0, callsLeft));
  const read = async (sid: string): Promise<Campaign | null> => {
    const row = isFresh(sid) ? undefined : rows.get(sid);
    // The window may itself be an old answer, and a snapshot newer.
    if (row) return source.kept(sid) ?? row;
    if (!isFresh(sid) && !single.has(sid)) throw new TooManyCampaigns();
    return source.single(sid);
  };
  return Promise.all(sids.map((sid) => read(sid).catch(asError)));
}

const nothing: ReadonlyMap<string, Campaign> = new Map();

/** An aid, not a duty: where windows can't be read, single gets find what they would have had. */
async function listed({ batchCalls, window }: BatchSource, sids: readonly string[]) {
  const rows = new Map<string, Campaign>();
  let callsLeft = batchCalls;
  const isWorthAnother = (): boolean => sids.filter((sid) => !rows.has(sid)).length > callsLeft;
  try {
    let offset = 0;
    for (let total = Infinity; offset < total && (offset === 0 || isWorthAnother());) {
      if (offset > 0) callsLeft -= 1; // the first is counted beside the batch's
      const read = await window(offset);
      for (const row of read.rows.map(readable)) if (row) rows.set(row.sid, row);
      total = read.rows.length === 0 ? 0 : read.total;
      offset += read.rows.length;
    }
  } catch {
    // What was found is found.
  }
  return { rows, callsLeft: Math.max(0, callsLeft) };
}

function asError(reason: unknown): Error {
  return reason instanceof Error ? reason : new Error('A read failed.', { cause: reason });
}
