import { InMemoryCache } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';
import { cacheExchange } from '@urql/exchange-graphcache';
import { relayPagination } from '@urql/exchange-graphcache/extras';
import { type Exchange } from '@urql/core';

/** The normalised cache of an Apollo Client, as docs/frontend.md sets it up. */
export function apolloCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      Query: { fields: { campaigns: relayStylePagination(['filter', 'orderBy']) } },
      Campaign: { merge: true, fields: { messages: relayStylePagination(['filter', 'orderBy']) } },
      Stats: { merge: true }, // these have no key: they are parts of a campaign, or there is only one
      Schedule: { merge: true },
      CampaignGateway: { merge: true },
      UpstreamBudget: { merge: true },
    },
  });
}

const embedded = (): null => null;
/** `id` and `sid` have the same value: a document may select either. */
const byId = ({ id, sid }: Record<string, unknown>): string | null => (id ?? sid ?? null) as string | null;

/** The normalised cache of urql, as docs/frontend.md sets it up. */
export function graphcache(): Exchange {
  return cacheExchange({
    keys: {
      Campaign: byId,
      Message: byId,
      ContactList: byId,
      Stats: embedded,
      Schedule: embedded,
      CampaignGateway: embedded,
      UpstreamBudget: embedded,
      CampaignValidation: embedded,
      UserError: embedded,
    },
    resolvers: { Query: { campaigns: relayPagination() }, Campaign: { messages: relayPagination() } },
  });
}
