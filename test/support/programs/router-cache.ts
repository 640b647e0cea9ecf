import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import { type AddressInfo } from 'node:net';
import { request } from 'undici';

/** A request that the invalidation endpoint has received. */
export interface SeenInvalidation {
  readonly headers: Readonly<Record<string, unknown>>;
  readonly requests: readonly Readonly<Record<string, unknown>>[];
}

/** The response cache of a router in front of a gateway, with the invalidation endpoint that Apollo Router documents. */
export interface RouterCache {
  /** URL of the endpoint. */
  readonly endpoint: string;
  /** Requests so far, with those that were refused. */
  readonly seen: SeenInvalidation[];
  /** Cached responses by query. */
  readonly entries: ReadonlyMap<string, { readonly text: string; readonly tags: readonly string[] }>;
  /** How the endpoint behaves: `down` breaks connections, `silent` never answers, a number is a status. */
  behaviour: 'up' | 'down' | 'silent' | number;
  /** The response to a query, from the cache if it is there. */
  ask(gateway: { readonly url: string }, query: string): Promise<string>;
  close(): Promise<void>;
}

const [subgraph, key] = ['campaigns', 'the key of the router'];

/** Variables of a gateway that invalidates these caches. */
export function invalidating(...caches: readonly RouterCache[]): Record<string, string> {
  return {
    CACHE_INVALIDATION_ENDPOINTS: caches.map(({ endpoint }) => endpoint).join(','),
    CACHE_INVALIDATION_KEY: key,
  };
}

/** Starts a cache. */
export async function startRouterCache(): Promise<RouterCache> {
  const entries = new Map<string, { text: string; tags: readonly string[] }>();
  const seen: SeenInvalidation[] = [];
  const isHit = (each: Readonly<Record<string, unknown>>, tags: readonly string[]): boolean =>
    each['kind'] === 'subgraph'
      ? each['subgraph'] === subgraph
      : each['kind'] === 'cache_tag' &&
        (each['subgraphs'] as string[]).includes(subgraph) &&
        tags.includes(String(each['cache_tag']));
  const answer = async (incoming: IncomingMessage, response: ServerResponse): Promise<void> => {
    if (cache.behaviour === 'down') {
      incoming.socket.destroy();
      return;
    }
    let body = '';
    for await (const chunk of incoming) body += String(chunk);
    const requests = JSON.parse(body) as Record<string, unknown>[];
    seen.push({ headers: incoming.headers, requests });
    if (cache.behaviour === 'silent') return;
    const isAllowed = incoming.headers.authorization === key && incoming.url === '/invalidation';
    const status = typeof cache.behaviour === 'number' ? cache.behaviour : isAllowed ? 202 : 401;
    let count = 0;
    if (status === 202)
      for (const [query, { tags }] of entries)
        if (requests.some((each) => isHit(each, tags))) count += Number(entries.delete(query));
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify({ count }));
  };
  const server = createServer((incoming, response) => void answer(incoming, response));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const cache: RouterCache = {
    endpoint: `http://127.0.0.1:${(server.address() as AddressInfo).port}/invalidation`,
    seen,
    entries,
    behaviour: 'up',
    ask: async ({ url }, query) => {
      const known = entries.get(query);
      if (known) return known.text;
      const { headers, body } = await request(`${url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query }),
      });
      const { data, extensions } = (await body.json()) as {
        data: unknown;
        extensions?: { apolloCacheTags?: string[] };
      };
      const text = JSON.stringify(data);
      if (/max-age=[1-9]/.test(String(headers['cache-control'])))
        entries.set(query, { text, tags: extensions?.apolloCacheTags ?? [] });
      return text;
    },
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
    },
  };
  return cache;
}
