import { useApolloClient, useQuery, useSubscription } from '@apollo/client/react';
import { useEffect, useEffectEvent, useRef } from 'react';
import { useReconnected } from '../gateway/connection';
import { problemOf } from '../gateway/problem';
import { MessagesDocument, MessageStatusChangedDocument } from '../generated/operations';
import { useMore } from '../ui/use-more';

const pageSize = 50; // as many as one upstream call reads
const largestPage = 500; // the gateway's maximum
const rereadMs = 15_000;

/**
 * The messages of a campaign, page by page; of one number if it is not empty.
 * @param progress of the campaign. When it changes, messages have changed.
 */
export function useMessages(sid: string, number: string, progress: number) {
  const hasEvents = useRef(false);
  const client = useApolloClient();
  const variables = { sid, first: pageSize, filter: number === '' ? {} : { number } };
  const { data, error, loading, refetch, fetchMore } = useQuery(MessagesDocument, {
    variables,
    fetchPolicy: 'cache-and-network',
    errorPolicy: 'all',
  });
  const messages = data?.campaign?.messages;
  const more = useMore(() =>
    fetchMore({ variables: { after: messages?.pageInfo.endCursor }, errorPolicy: 'all' }),
  );
  useSubscription(MessageStatusChangedDocument, {
    variables: { sid },
    skip: !messages,
    ignoreResults: true,
    // The event is no message: its status is put into the message that the cache has.
    onData: ({ client: { cache }, data: { data: event } }) => {
      const changed = event?.messageStatusChanged;
      hasEvents.current = true;
      if (changed)
        cache.modify({
          id: cache.identify({ __typename: 'Message', sid: changed.messageSid }),
          fields: { status: () => changed.status },
        });
    },
    onError: () => undefined, // the rows that are shown stay
  });
  // All rows that are shown, in one page: the list keeps its length.
  const reread = (): void => {
    const first = Math.min(Math.max(pageSize, messages?.edges.length ?? 0), largestPage);
    client
      .query({ query: MessagesDocument, variables: { ...variables, first }, fetchPolicy: 'network-only' })
      .catch(() => undefined); // the rows that are shown stay
  };
  useReconnected(reread);
  // Without callbacks there are no events: the rows are read again, but seldom, since 50 of them are an upstream call.
  const onProgress = useEffectEvent(() => {
    if (!hasEvents.current && messages) reread();
  });
  const known = useRef(progress);
  const timer = useRef<ReturnType<typeof setTimeout>>(undefined);
  useEffect(() => {
    if (known.current === progress) return;
    known.current = progress;
    timer.current ??= setTimeout(() => {
      timer.current = undefined;
      onProgress();
    }, rereadMs);
  }, [progress]);
  useEffect(
    () => () => {
      clearTimeout(timer.current);
      timer.current = undefined;
    },
    [],
  );
  return {
    messages: messages ?? undefined,
    problem: error && !messages ? problemOf(error) : undefined,
    isLoading: loading,
    retry: () => void refetch(),
    more,
  };
}
