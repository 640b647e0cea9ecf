import { ApiFailure } from '../api-failure.js';
import { characterCount } from '../characters.js';
import { type CampaignStatus, isStatus } from '../lifecycle.js';
import { parameter } from './parameter.js';

/** "Search by campaign name. Min 3 letters. (like %xxx%)" (API document, 'Bulk SMS Campaign Details'). */
const SHORTEST_NAME = 3;

/** Which campaigns a list asks for; `name` in lower case. */
export interface CampaignFilter {
  readonly name: string | undefined;
  readonly statuses: ReadonlySet<CampaignStatus> | undefined;
}

/** Reads the `name` and `status` filters of a list. */
export function campaignFilter(query: URLSearchParams): CampaignFilter {
  return { name: nameFilter(query), statuses: statusFilter(query) };
}

function nameFilter(query: URLSearchParams): string | undefined {
  const name = parameter(query, 'name')?.toLowerCase();
  if (name !== undefined && characterCount(name) < SHORTEST_NAME) {
    throw ApiFailure.invalid('name', `must have at least ${SHORTEST_NAME} letters`);
  }
  return name;
}

/** The samples write `Created,Completed` and `in-progress, scheduled`: any case, spaces allowed. */
function statusFilter(query: URLSearchParams): ReadonlySet<CampaignStatus> | undefined {
  const text = parameter(query, 'status');
  if (text === undefined) return undefined;
  const statuses = text.split(',').map((status) => status.trim().toLowerCase());
  const known = statuses.filter(isStatus);
  if (known.length < statuses.length) throw ApiFailure.invalid('status', `has an unknown status: ${text}`);
  return new Set(known);
}
