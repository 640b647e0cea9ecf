import { afterEach, expect } from '@jest/globals';
import { ask } from '../clients/ask.js';
import { type GatewayUnderTest } from '../gateway/gateway-under-test.js';
import { startScriptedUpstream } from './scripted-upstream.js';

const closed: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const close of closed.splice(0)) await close();
});

/** What an upstream does with `limit`; undefined refuses the request with 400. */
export type Behaviour = (
  limit: number,
  call: number,
) => { readonly rows: number; readonly said: number; readonly from?: number } | number | 'never';

export const honest =
  (most: number): Behaviour =>
  (limit) => ({ rows: Math.min(limit, most), said: Math.min(limit, most) });

/** An upstream with campaigns of so many messages, and the calls that it gets. */
export async function upstreamOf(behaviour: Behaviour, lengths: Readonly<Record<string, number>>) {
  const state = { behaviour, hasTotal: true };
  const calls: string[] = [];
  const upstream = await startScriptedUpstream(({ target }) => {
    const { pathname, searchParams } = new URL(target, 'http://upstream');
    const sid = /message-campaigns\/([^/]+)\/message-details/.exec(pathname)?.[1] ?? '';
    const [offset, limit] = [Number(searchParams.get('offset')), Number(searchParams.get('limit'))];
    calls.push(`${offset}+${limit}`);
    const answered = state.behaviour(limit, calls.length);
    if (answered === 'never') return undefined;
    if (typeof answered === 'number') return { status: answered, json: { http_code: answered } };
    const total = lengths[sid] ?? 0;
    const first = answered.from ?? offset;
    const count = Math.max(0, Math.min(answered.rows, total - first));
    const response = Array.from({ length: count }, (_, index) => ({
      code: 200,
      status: 'success',
      error_data: null,
      data: { sid: `${sid}-${first + index}`, number: '+919876543210', status: 'sent', body: 'Hi' },
    }));
    const metadata = { count, offset: first, limit: answered.said, ...(state.hasTotal && { total }) };
    return { json: { request_id: 'r', method: 'GET', http_code: 200, metadata, response } };
  });
  closed.push(() => upstream.close());
  return { baseUrl: upstream.baseUrl, calls, state };
}

/** Numbers of messages of five campaigns. */
export const lengths = { a: 1200, b: 700, c: 30, d: 600, e: 600 };

/** Sids of a page of messages. */
export async function messagePage(
  gateway: GatewayUnderTest,
  sid: string,
  args: string,
): Promise<readonly string[]> {
  const { data, errors } = await ask<{ campaign: { messages: { nodes: { sid: string }[] } } }>(
    gateway,
    `{ campaign(sid: "${sid}") { messages(${args}) { nodes { sid } } } }`,
  );
  expect(errors).toBeUndefined();
  return data?.campaign.messages.nodes.map((node) => node.sid) ?? [];
}

/** Sids of messages from one place of a campaign to another. */
export const messageSids = (sid: string, from: number, to: number): string[] =>
  Array.from({ length: to - from }, (_, index) => `${sid}-${from + index}`);
