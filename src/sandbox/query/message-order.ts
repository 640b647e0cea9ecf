import { ApiFailure } from '../api-failure.js';
import { parameter } from './parameter.js';

/** The table names `schedule_time`; the curl sample sorts by `date_created`, so both must work. */
const SORT_KEY = /^(schedule_time|date_created):(asc|desc)$/;

/** Reads a message list's `sort_by`. The document has no default: the one sample with an order has `desc`. */
export function isNewestFirst(query: URLSearchParams): boolean {
  const key = SORT_KEY.exec(parameter(query, 'sort_by')?.toLowerCase() ?? 'schedule_time:desc');
  if (key === null) throw ApiFailure.invalid('sort_by', 'must be schedule_time:asc or schedule_time:desc');
  return key[2] === 'desc';
}
