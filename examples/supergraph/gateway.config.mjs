import { defineConfig } from '@graphql-hive/gateway';

/** Where the subgraphs are, if not where supergraph.graphql says; start.mjs sets these. */
const { CAMPAIGNS_URL, OWNERS_URL, SUBSCRIPTIONS = 'sse', PORT = '4000' } = process.env;

/** How events come from the campaigns to the router. Its own clients choose freely between WebSocket and SSE. */
const eventsOver = {
  sse: { kind: 'http', location: '/graphql/stream' },
  ws: { kind: 'ws', location: '/graphql' },
  callback: {
    kind: 'http-callback',
    location: '/graphql',
    // The origin of public_url must be in the campaign gateway's SUBSCRIPTION_CALLBACK_ORIGINS, unless that is local.
    options: { public_url: `http://127.0.0.1:${PORT}/callback`, path: '/callback', heartbeat_interval: 5000 },
  },
};
if (!(SUBSCRIPTIONS in eventsOver))
  throw new Error(`SUBSCRIPTIONS: got "${SUBSCRIPTIONS}", takes sse, ws or callback.`);

/** The client's credentials, its name, and its `Cache-Control: no-cache`, which asks the campaigns for a fresh answer. */
const forwarded = ['authorization', 'x-api-key', 'cache-control'].concat(
  ['apollographql', 'graphql'].flatMap((prefix) => [`${prefix}-client-name`, `${prefix}-client-version`]),
);

export const gatewayConfig = defineConfig({
  supergraph: './supergraph.graphql',
  transportEntries: {
    campaigns: { location: CAMPAIGNS_URL, options: { subscriptions: eventsOver[SUBSCRIPTIONS] } },
    owners: { location: OWNERS_URL },
  },
  webhooks: SUBSCRIPTIONS === 'callback', // where callbacks are received
  // Less than 50 for each of the 30 upstream calls that the campaigns allow an operation (their MAX_UPSTREAM_CALLS).
  demandControl: { maxCost: 1499, listSize: 20 },
  propagateHeaders: {
    fromClientToSubgraphs: ({ request }) =>
      Object.fromEntries(
        forwarded
          .filter((name) => request.headers.has(name))
          .map((name) => [name, request.headers.get(name)]),
      ),
  },
});
