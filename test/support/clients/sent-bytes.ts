import { request } from 'undici';
import { type ResponseLookup } from '../../../src/domain/telemetry.js';
import { scrape } from '../gateway/scraping.js';

/** A response as it was received. */
export interface SentAnswer {
  readonly status: number;
  /** All headers, except those unique to each response. */
  readonly headers: Readonly<Record<string, unknown>>;
  readonly text: string;
}

/** Result of a response cache look-up. */
export type Looked = ResponseLookup;

interface Gateway {
  readonly url: string;
}

/** Sends a request, and returns the exact bytes of its response. */
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

/** Sends a request, and also returns the result of its response cache look-up. */
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

const results: readonly Looked[] = ['hit', 'stale', 'miss', 'bypass'];

async function lookUps(gateway: Gateway): Promise<Record<Looked, number>> {
  const { value } = await scrape(gateway);
  const counted = results.map((result) => [
    result,
    value('campaign_gateway_response_cache_lookups_total', { result }) ?? NaN,
  ]);
  return Object.fromEntries(counted) as Record<Looked, number>;
}
