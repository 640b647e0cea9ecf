import { useApolloClient, useQuery } from '@apollo/client/react';
import { problemOf } from '../gateway/problem';
import { useReconnected } from '../gateway/connection';
import { type CampaignFilter, CampaignsDocument } from '../generated/operations';
import { useMore } from '../ui/use-more';

const pageSize = 20;
const largestPage = 200; // the gateway's maximum: four upstream calls

/** The campaigns of a filter, page by page. */
export function useCampaigns(filter: CampaignFilter) {
  const client = useApolloClient();
  const variables = { first: pageSize, filter };
  const { data, previousData, error, loading, refetch, fetchMore } = useQuery(CampaignsDocument, {
    variables,
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all', // a row that can't be read is null, the others stay
  });
  const campaigns = data?.campaigns;
  const more = useMore(() =>
    fetchMore({ variables: { after: campaigns?.pageInfo.endCursor }, errorPolicy: 'all' }),
  );
  // All rows that are shown, in one page: the list keeps its length.
  useReconnected(() => {
    const first = Math.min(Math.max(pageSize, campaigns?.edges.length ?? 0), largestPage);
    client
      .query({ query: CampaignsDocument, variables: { ...variables, first }, fetchPolicy: 'network-only' })
      .catch(() => undefined); // the rows that are shown stay
  });
  return {
    campaigns: campaigns ?? (loading ? previousData?.campaigns : undefined),
    problem: error && !data ? problemOf(error) : undefined,
    isLoading: loading,
    refresh: () => void refetch(),
    more,
  };
}
