import { startScriptedUpstream } from './scripted-upstream.js';

/** A row of a list of campaigns or messages. */
export interface ListingRow {
  readonly sid: string;
  /** ISO 8601: start of a campaign, scheduled time of a message. */
  readonly at: string;
  readonly name?: string;
}

/** An upstream whose lists of campaigns and of messages are the rows of the test, in that order. */
export interface ListingUpstream {
  readonly baseUrl: string;
  /** Offset and limit of each list call, or the sid of a campaign, since the last `forgetCalls`. */
  readonly calls: readonly string[];
  rows: readonly ListingRow[];
  /** Maximum number of rows in one response. */
  pageMaximum: number;
  /** Called after each response of a list. */
  afterList: () => void;
  forgetCalls(): void;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startListingUpstream(): Promise<ListingUpstream> {
  const calls: string[] = [];
  const listing = { rows: [] as readonly ListingRow[], pageMaximum: 50, afterList: (): void => undefined };
  const upstream = await startScriptedUpstream(({ target }) => {
    const { pathname, searchParams } = new URL(target, 'http://upstream');
    const [, sid] = /message-campaigns\/([^/]+)$/.exec(pathname) ?? [];
    if (sid !== undefined) {
      calls.push(sid);
      const row = listing.rows.find((one) => one.sid === sid);
      return row ? { json: itemOf(campaignOf(row)) } : { status: 404, json: unknownCampaign };
    }
    const offset = Number(searchParams.get('offset'));
    const limit = Math.min(Number(searchParams.get('limit') ?? 20), listing.pageMaximum);
    calls.push(`${String(offset)}+${String(limit)}`);
    const rows = listing.rows.slice(offset, offset + limit);
    const dataOf = pathname.endsWith('message-details') ? messageOf : campaignOf;
    const response = rows.map((row) => ({
      code: 200,
      status: 'success',
      error_data: null,
      data: dataOf(row),
    }));
    const metadata = { count: rows.length, offset, total: listing.rows.length, limit };
    listing.afterList();
    return { json: { request_id: 'r', method: 'GET', http_code: 200, metadata, response } };
  });
  return Object.assign(listing, {
    baseUrl: upstream.baseUrl,
    calls,
    forgetCalls: () => {
      calls.splice(0);
    },
    close: () => upstream.close(),
  });
}

const unknownCampaign = {
  request_id: 'r',
  method: 'GET',
  http_code: 404,
  response: { code: 404, status: 'failure', error_data: { code: 1000, message: 'Not Found' }, data: null },
};

function itemOf(data: object) {
  const response = { code: 200, status: 'success', error_data: null, data };
  return { request_id: 'r', method: 'GET', http_code: 200, response };
}

function campaignOf({ sid, at, name = 'new camp' }: ListingRow) {
  return {
    sid,
    account_sid: 'acme',
    name,
    content_type: 'static',
    lists: ['l'],
    schedule: { start_time: at, end_time: '2027-06-29T15:57:00+05:30' },
    status: 'scheduled',
    sender_id: 'EXOTEL',
    sms_type: 'transactional',
    template: 'Hi',
    date_created: '2026-04-30T15:47:59+05:30',
    date_updated: '2026-04-30T15:47:59+05:30',
  };
}

function messageOf({ sid, at }: ListingRow) {
  return { sid, number: '+919876543210', status: 'sent', body: 'Hi', schedule_time: at };
}
