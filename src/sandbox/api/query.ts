import { type Campaign, visibleTime } from '../campaign.js';
import { type CampaignStatus, isStatus } from '../lifecycle.js';
import { ApiFailure } from './failure.js';

/** Number of characters of a text; an emoji counts once. */
export function characterCount(text: string): number {
  return Array.from(text).length;
}

/** Value of a query parameter; undefined if it is empty or missing. */
export function parameter(query: URLSearchParams, name: string): string | undefined {
  const value = query.get(name)?.trim();
  return value === '' ? undefined : value;
}

/** "Search by campaign name. Min 3 letters. (like %xxx%)" (API document, 'Bulk SMS Campaign Details'). */
const MINIMUM_NAME_LENGTH = 3;

/** Reads the `name` and `status` filters of a list. */
export function campaignFilter(query: URLSearchParams): (campaign: Campaign) => boolean {
  const name = nameFilter(query);
  const statuses = statusFilter(query);
  return (campaign) =>
    (name === undefined || campaign.name.toLowerCase().includes(name)) &&
    (statuses === undefined || statuses.has(campaign.status));
}

function nameFilter(query: URLSearchParams): string | undefined {
  const name = parameter(query, 'name')?.toLowerCase();
  if (name !== undefined && characterCount(name) < MINIMUM_NAME_LENGTH) {
    throw ApiFailure.invalid('name', `must have at least ${MINIMUM_NAME_LENGTH} letters`);
  }
  return name;
}

/** The samples have `Created,Completed` and `in-progress, scheduled`: any case, with or without spaces. */
function statusFilter(query: URLSearchParams): ReadonlySet<CampaignStatus> | undefined {
  const text = parameter(query, 'status');
  if (text === undefined) return undefined;
  const statuses = text.split(',').map((status) => status.trim().toLowerCase());
  const known = statuses.filter(isStatus);
  if (known.length < statuses.length) throw ApiFailure.invalid('status', `has an unknown status: ${text}`);
  return new Set(known);
}

/** Compare function for `sort`. */
type CampaignOrder = (one: Campaign, other: Campaign) => number;

const bySid: CampaignOrder = (one, other) => compare(one.sid, other.sid);
const byStart: CampaignOrder = (one, other) =>
  visibleTime(one, one.startsAt) - visibleTime(other, other.startsAt);
const byName: CampaignOrder = (one, other) => compare(one.name.toLowerCase(), other.name.toLowerCase());

/** Orders by `sort_by`. Equal campaigns are ordered by sid, so that pages neither repeat nor miss a row. */
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

/** `channel` is mandatory in both lists; the samples have `sms`, the tables `SMS`. */
export function requireChannel(query: URLSearchParams): void {
  const channel = parameter(query, 'channel');
  if (channel === undefined) throw ApiFailure.missing('channel');
  if (channel.toLowerCase() !== 'sms') throw ApiFailure.invalid('channel', 'must be SMS');
}

/** The table has `schedule_time`, the curl sample `date_created`: both work. */
const SORT_KEY = /^(schedule_time|date_created):(asc|desc)$/;

/** Reads the `sort_by` of messages. The document has no default; its only sample with an order has `desc`. */
export function isNewestFirst(query: URLSearchParams): boolean {
  const key = SORT_KEY.exec(parameter(query, 'sort_by')?.toLowerCase() ?? 'schedule_time:desc');
  if (key === null) throw ApiFailure.invalid('sort_by', 'must be schedule_time:asc or schedule_time:desc');
  return key[2] === 'desc';
}
