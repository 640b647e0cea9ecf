import { InMemoryCache, type Reference } from '@apollo/client';
import { relayStylePagination } from '@apollo/client/utilities';

/** Normalised cache: what identifies an object, and how pages of a list are joined. */
export function createCache(): InMemoryCache {
  return new InMemoryCache({
    typePolicies: {
      // `sid` is the key, in every document that selects one of these. (`id` has the same value: Apollo's default works too.)
      Campaign: {
        keyFields: ['sid'],
        fields: {
          messages: relayStylePagination(['filter']),
        },
      },
      Message: { keyFields: ['sid'] },
      ContactList: { keyFields: ['sid'] },

      // Parts of one campaign, without identity: kept inside it. `merge` joins the fields that different queries select.
      Stats: { keyFields: false, merge: true },
      Schedule: { keyFields: false, merge: true },

      // There is one gateway.
      CampaignGateway: { keyFields: [] },
      UpstreamBudget: { keyFields: false },

      Query: {
        fields: {
          // Lists differ by filter; `first` and `after` are pages of the same list.
          campaigns: relayStylePagination(['filter']),
          // A campaign that a list has read already is found under its sid. Null stays: there is no such campaign.
          campaign: {
            read: (known: Reference | null | undefined, { args, toReference }) =>
              known === undefined ? toReference({ __typename: 'Campaign', sid: args?.sid as string }) : known,
          },
        },
      },
    },
  });
}
