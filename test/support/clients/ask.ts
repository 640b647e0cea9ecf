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
  {
    variables,
    headers,
    extensions,
  }: {
    variables?: Record<string, unknown>;
    headers?: Readonly<Record<string, string>>;
    extensions?: Readonly<Record<string, unknown>>;
  } = {},
): Promise<ReportedAnswer<Data>> {
  const answer = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ query, variables, extensions }),
  });
  return (await answer.body.json()) as ReportedAnswer<Data>;
}
