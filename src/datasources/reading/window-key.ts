import { type Slice } from '../exotel/client.js';
import { type CampaignQuery } from '../exotel/query.js';

/** What a window of campaigns is kept under. */
export function windowKey(query: CampaignQuery, slice: Slice): string {
  return JSON.stringify([query, slice]);
}
