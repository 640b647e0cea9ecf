import { ApolloClient, ApolloLink, HttpLink } from '@apollo/client';
import { SetContextLink } from '@apollo/client/link/context';
import { GraphQLWsLink } from '@apollo/client/link/subscriptions';
import { OperationTypeNode } from 'graphql';
import { httpUrl } from './address';
import { createCache } from './cache';
import { socket } from './connection';
import { apiKey } from './credentials';

const withKey = new SetContextLink(({ headers }) => {
  const key = apiKey();
  return { headers: { ...(headers as object), ...(key !== null && { 'x-api-key': key }) } };
});

/** Queries and mutations go over HTTP, subscriptions over the WebSocket. No retries: the gateway retries what may be repeated. */
export const client = new ApolloClient({
  cache: createCache(),
  link: ApolloLink.split(
    ({ operationType }) => operationType === OperationTypeNode.SUBSCRIPTION,
    new GraphQLWsLink(socket),
    withKey.concat(new HttpLink({ uri: httpUrl })),
  ),
});

/** Context of a query that must be read from Exotel's API now, whatever the gateway has cached. */
export const fresh = { headers: { 'cache-control': 'no-cache' } };
