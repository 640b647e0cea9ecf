import { type CampaignQuery, type MessageQuery } from '../../domain/list-query.js';
import { readable, type Slice, type Window } from '../../domain/page.js';
import { type Campaign } from '../../schema/campaign.js';
import { type CacheEntry } from '../cache/cache-entry.js';

/** What a window of campaigns is kept under; the name, which may be any text but none, comes last. */
export function campaignWindowKey(
  { name, statuses, order }: CampaignQuery,
  { offset, limit }: Slice,
): string {
  return `${offset}+${limit} ${order.field} ${order.direction} ${statuses.join(',')} ${name ?? ''}`;
}

/** What a window of a campaign's messages is kept under; a sid may be any text, so its length comes before it. */
export function messageWindowKey(
  sid: string,
  { number, direction }: MessageQuery,
  { offset, limit }: Slice,
): string {
  return `${sid.length}:${sid} ${offset}+${limit} ${direction ?? ''} ${number ?? ''}`;
}

/** Whose messages a window is of, by its key. */
export function campaignSidOf(key: string): string {
  const start = key.indexOf(':') + 1;
  return key.slice(start, start + Number.parseInt(key, 10));
}

/** A campaign as it was read at one time; null where the upstream has no such sid. */
export interface Snapshot {
  readonly campaign: Campaign | null;
}

/** The snapshots that a window holds. */
export function snapshotsOf({
  value,
  readAtMs,
  version,
}: CacheEntry<Window<Campaign>>): [string, CacheEntry<Snapshot>][] {
  const snapshots: [string, CacheEntry<Snapshot>][] = [];
  for (const row of value.rows) {
    const campaign = readable(row);
    if (campaign) snapshots.push([campaign.sid, { value: { campaign }, readAtMs, version }]);
  }
  return snapshots;
}
