import { request } from 'undici';
import { type ResponseLookup } from '../../src/domain/telemetry.js';
import { scrape } from './scraping.js';

/** An answer as it came. */
export interface SentAnswer {
  readonly status: number;
  /** All of its headers, but for those that no two answers share. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** What came of looking for an answer. */
export type Looked = ResponseLookup;

interface Gateway {
  readonly url: string;
}

/** Asks for the very bytes that are answered. */
export async function sent(
  { url }: Gateway,
  body: Readonly<Record<string, unknown>> | string,
  headers: Readonly<Record<string, string>> = {},
): Promise<SentAnswer> {
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: typeof body === 'string' ? body : JSON.stringify(body),
  });
  const own = ['x-request-id', 'date'];
  const shared = Object.entries(answer.headers).filter(([name]) => !own.includes(name));
  return { status: answer.statusCode, headers: Object.fromEntries(shared), text: await answer.body.text() };
}

/** Asks, and tells beside the answer what came of looking for one. */
export async function look(
  gateway: Gateway,
  body: Parameters<typeof sent>[1],
  headers?: Readonly<Record<string, string>>,
): Promise<SentAnswer & { readonly looked: Looked }> {
  const before = await lookUps(gateway);
  const answer = await sent(gateway, body, headers);
  const after = await lookUps(gateway);
  const looked = results.filter((result) => after[result] > before[result]);
  if (looked[0] === undefined || looked.length > 1) throw new Error(`looked: ${looked.join(' and ')}`);
  return { ...answer, looked: looked[0] };
}

const results: readonly Looked[] = ['given', 'outdated', 'unknown', 'bypassed'];

async function lookUps(gateway: Gateway): Promise<Record<Looked, number>> {
  const { value } = await scrape(gateway);
  const counted = results.map((result) => [
    result,
    value('campaign_gateway_answer_lookups_total', { result }) ?? NaN,
  ]);
  return Object.fromEntries(counted) as Record<Looked, number>;
}
