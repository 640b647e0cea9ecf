import { type ServerResponse } from 'node:http';
import { startScriptedUpstream } from './scripted-upstream.js';

/** A message as the upstream has it. */
export interface UpstreamMessage {
  readonly sid: string;
  status: string;
  readonly number?: string;
  readonly name?: string | null;
  readonly body?: string | null;
}

/** An upstream with the messages of one campaign, `c`, in the order of the test. */
export interface MessageUpstream {
  readonly baseUrl: string;
  /** Offset and limit of each call for messages. */
  readonly calls: string[];
  messages: UpstreamMessage[];
  /** Maximum number of rows in one response. */
  pageMaximum: number;
  /** Rows that `metadata.total` counts beyond those that are there. */
  countedBeyond: number;
  /** Called before each call for messages; may change the rows, or answer in place of them. */
  beforeCall: (
    call: number,
    response: ServerResponse,
  ) => { readonly status?: number; readonly json: unknown } | 'answered' | undefined;
  close(): Promise<void>;
}

/** Starts it on a free port. */
export async function startMessageUpstream(): Promise<MessageUpstream> {
  const state: Omit<MessageUpstream, 'baseUrl' | 'close'> = {
    calls: [],
    messages: [],
    pageMaximum: 50,
    countedBeyond: 0,
    beforeCall: () => undefined,
  };
  const upstream = await startScriptedUpstream(({ target }, response) => {
    const { pathname, searchParams } = new URL(target, 'http://upstream');
    if (!pathname.includes('/c')) return refusal(404, 1000);
    if (!pathname.endsWith('/message-details')) return { json: envelope([campaign]) };
    const [offset, asked] = [Number(searchParams.get('offset')), Number(searchParams.get('limit') ?? 20)];
    state.calls.push(`${String(offset)}+${String(asked)}`);
    const answer = state.beforeCall(state.calls.length, response);
    if (answer) return answer === 'answered' ? undefined : answer;
    const number = searchParams.get('number');
    const all = number === null ? state.messages : state.messages.filter((each) => numberOf(each) === number);
    const limit = Math.min(asked, state.pageMaximum);
    const rows = all.slice(offset, offset + limit);
    const metadata = { count: rows.length, offset, total: all.length + state.countedBeyond, limit };
    return { json: { ...envelope(rows.map(messageOf)), metadata } };
  });
  return Object.assign(state, { baseUrl: upstream.baseUrl, close: () => upstream.close() });
}

/** A refusal with a status of the upstream. */
export function refusal(status: number, code = status) {
  const item = { code: status, status: 'failure', error_data: { code, message: 'no' }, data: null };
  return { status, json: { request_id: 'r', method: 'GET', http_code: status, response: item } };
}

function envelope(rows: readonly unknown[]) {
  const response = rows.map((data) => ({ code: 200, status: 'success', error_data: null, data }));
  return { request_id: 'r', method: 'GET', http_code: 200, response };
}

function numberOf({ number = '+919876543210' }: UpstreamMessage): string {
  return number;
}

function messageOf(message: UpstreamMessage) {
  const { sid, status, name = null, body = 'Hi' } = message;
  return { sid, number: numberOf(message), name, status, body, schedule_time: '2026-05-01T15:30:00+05:30' };
}

const campaign = {
  sid: 'c',
  account_sid: 'acme',
  name: 'new camp',
  content_type: 'static',
  lists: ['l'],
  schedule: { start_time: '2026-05-01T15:30:00+05:30', end_time: '2027-06-29T15:57:00+05:30' },
  status: 'in-progress',
  sender_id: 'EXOTEL',
  sms_type: 'transactional',
  template: 'Hi',
  date_created: '2026-04-30T15:47:59+05:30',
  date_updated: '2026-04-30T15:47:59+05:30',
};

/** Messages with the sids `m0`, `m1` and so on. */
export function messagesNamed(count: number, status = 'sent'): UpstreamMessage[] {
  return Array.from({ length: count }, (_, index) => ({ sid: `m${String(index)}`, status }));
}
