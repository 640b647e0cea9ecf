import { useQuery } from '@apollo/client/react';
import { useReconnected } from '../gateway/connection';
import { problemOf } from '../gateway/problem';
import { MessagesDocument } from '../generated/operations';
import { useMore } from '../ui/use-more';

const pageSize = 50; // as many as one upstream call reads

/** The messages of a campaign, page by page; of one number if it is not empty. */
export function useMessages(sid: string, number: string) {
  const { data, error, loading, refetch, fetchMore } = useQuery(MessagesDocument, {
    variables: { sid, first: pageSize, filter: number === '' ? {} : { number } },
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  const messages = data?.campaign?.messages;
  const more = useMore(() =>
    fetchMore({ variables: { after: messages?.pageInfo.endCursor }, errorPolicy: 'all' }),
  );
  useReconnected(() => void refetch());
  return {
    messages: messages ?? undefined,
    problem: error && !messages ? problemOf(error) : undefined,
    isLoading: loading,
    retry: () => void refetch(),
    more,
  };
}
