import { request } from 'undici';
import { type ClientAnswer } from '../gateway/gateway-under-test.js';

/** Upstream usage of a request, from `extensions.upstream`. */
export interface UpstreamCost {
  readonly calls: number;
  readonly fromCache: number;
  readonly shared: number;
  readonly budgetLeft: number | null;
}

/** A response with typed `extensions`. */
export interface ReportedAnswer<Data> extends ClientAnswer<Data> {
  readonly extensions?: { readonly upstream?: UpstreamCost };
}

/** Sends a text with headers, for operations that no typed document can express. */
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
