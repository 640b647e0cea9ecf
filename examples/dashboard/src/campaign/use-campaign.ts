import { useApolloClient, useQuery, useSubscription } from '@apollo/client/react';
import { fresh } from '../gateway/client';
import { useReconnected } from '../gateway/connection';
import { problemOf } from '../gateway/problem';
import { CampaignDocument, CampaignUpdatedDocument } from '../generated/operations';

/** A campaign that stays up to date: the query shows what is known, the subscription every change after it. */
export function useCampaign(sid: string) {
  const client = useApolloClient();
  const variables = { sid };
  const { data, previousData, error, refetch } = useQuery(CampaignDocument, {
    variables,
    fetchPolicy: 'cache-and-network',
  });
  const campaign = (data ?? previousData)?.campaign; // a failed read takes nothing away
  useSubscription(CampaignUpdatedDocument, {
    variables,
    skip: !campaign,
    ignoreResults: true, // events go into the cache, and from there to the query
    onError: () => undefined, // what was read stays; `Age` and the banner say that it is not live
  });
  useReconnected(() => void refetch());
  return {
    campaign,
    problem: error && problemOf(error),
    retry: () => void refetch(),
    /** Reads it from Exotel now. */
    refresh: () =>
      client
        .query({ query: CampaignDocument, variables, fetchPolicy: 'network-only', context: fresh })
        .then(() => undefined),
  };
}
