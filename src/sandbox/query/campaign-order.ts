import { ApiFailure } from '../api-failure.js';
import { type Campaign } from '../campaign.js';
import { parameter } from './parameter.js';

/** Compares two campaigns for `sort`. */
export type CampaignOrder = (one: Campaign, other: Campaign) => number;

const bySid: CampaignOrder = (one, other) => compare(one.sid, other.sid);
const byStart: CampaignOrder = (one, other) => one.startsAt - other.startsAt;
const byName: CampaignOrder = (one, other) => compare(one.name.toLowerCase(), other.name.toLowerCase());

/** Campaigns that are equal go by sid, either way, so that pages neither repeat nor miss a row. */
const ORDERS = new Map<string, CampaignOrder>([
  ['schedule.start_time:asc', (one, other) => byStart(one, other) || bySid(one, other)],
  ['schedule.start_time:desc', (one, other) => byStart(other, one) || bySid(one, other)],
  ['name:asc', (one, other) => byName(one, other) || bySid(one, other)],
  ['name:desc', (one, other) => byName(other, one) || bySid(one, other)],
]);

/** Reads `sort_by`: "by default records are sorted by ScheduleTime in descending order" (API document). */
export function campaignOrder(query: URLSearchParams): CampaignOrder {
  const order = ORDERS.get(parameter(query, 'sort_by')?.toLowerCase() ?? 'schedule.start_time:desc');
  if (order === undefined) throw ApiFailure.invalid('sort_by', `must be one of ${[...ORDERS.keys()].join()}`);
  return order;
}

function compare(one: string, other: string): number {
  if (one === other) return 0;
  return one < other ? -1 : 1;
}
