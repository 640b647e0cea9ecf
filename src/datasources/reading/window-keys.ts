import { type Slice } from '../exotel/slice.js';
import { type CampaignQuery, type MessageQuery } from '../exotel/query.js';

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
