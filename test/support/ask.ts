import { request } from 'undici';
import { type ClientAnswer } from './gateway-under-test.js';

/** What a request cost, as `extensions.upstream` tells it. */
export interface UpstreamCost {
  readonly calls: number;
  readonly fromCache: number;
  readonly shared: number;
  readonly budgetLeft: number | null;
}

/** An answer with what `extensions` may have. */
export interface ReportedAnswer<Data> extends ClientAnswer<Data> {
  readonly extensions?: { readonly upstream?: UpstreamCost };
}

/** Asks with headers and text, for what a typed document can't say. */
export async function ask<Data>(
  gateway: { readonly url: string },
  query: string,
  { variables, headers }: { variables?: Record<string, unknown>; headers?: Record<string, string> } = {},
): Promise<ReportedAnswer<Data>> {
  const answer = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables }),
  });
  return (await answer.body.json()) as ReportedAnswer<Data>;
}
