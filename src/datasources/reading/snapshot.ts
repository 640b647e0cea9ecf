import { type Campaign } from '../../schema/campaign.js';
import { type Window } from '../exotel/rows.js';
import { readable } from './list-source.js';
import { type Reading } from './reading.js';

/** A campaign as it was read at one time; null where the upstream has no such sid. */
export interface Snapshot {
  readonly campaign: Campaign | null;
}

/** The snapshots that a window holds. */
export function snapshotsOf({
  value,
  readAtMs,
  order,
}: Reading<Window<Campaign>>): [string, Reading<Snapshot>][] {
  const snapshots: [string, Reading<Snapshot>][] = [];
  for (const row of value.rows) {
    const campaign = readable(row);
    if (campaign) snapshots.push([campaign.sid, { value: { campaign }, readAtMs, order }]);
  }
  return snapshots;
}
