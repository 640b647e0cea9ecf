import { getIntrospectionQuery } from 'graphql';

/** Every field of a campaign except its messages. */
export const everyCampaignField = `__typename accountSid availableActions channel contentType createdAt dltEntityId
  dltTemplateId estimatedCost fetchedAt id lists { __typename sid } name reportUrl
  schedule { __typename startTime endTime } senderId sid smsStatusCallback smsType state
  stats { __typename failed failedDnd failedExpired failedNoAttempt failedNoBalance invalid scheduled sent submitted total }
  status statusCallback template updatedAt upstreamStatus`;

/** Every field of a page of messages, with every field of a message. */
export const everyMessageField = `__typename totalCount
  pageInfo { __typename hasNextPage hasPreviousPage startCursor endCursor }
  edges { __typename cursor node { __typename body campaign { __typename sid } detailedStatus direction id name number
    scheduledAt senderId sid status upstreamStatus } }`;

/** Introspection with all options of common tools. */
export const everyIntrospection = getIntrospectionQuery({
  descriptions: true,
  specifiedByUrl: true,
  directiveIsRepeatable: true,
  schemaDescription: true,
  inputValueDeprecation: true,
  oneOf: true,
});
