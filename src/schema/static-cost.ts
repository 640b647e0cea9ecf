import { campaignPageLimits, messagePageLimits, type PageLimits } from '../domain/lists/page.js';

/**
 * Cost of one upstream call in `@cost`. A row of a page has the default cost of an object, 1, so that a window of 50 rows
 * costs as much as the call that reads it.
 */
const call = 50;

/** A pause, for example: a read to check the rules, the write, and another read where the upstream refuses after all. */
const change = 3 * call;

const cost = (weight: number): string => `@cost(weight: ${weight})`;

/** The arguments from which routers derive the size of a connection. */
const listSize = ({ defaultSize }: PageLimits): string =>
  `@listSize(assumedSize: ${defaultSize}, slicingArguments: ["first", "last"], sizedFields: ["nodes", "edges"], requireOneSlicingArgument: false)`;

/** A page with a cursor touches one window more; a page from the end two, of which one shows how long the list is. */
const pageArguments = (field: string): Readonly<Record<string, string>> => ({
  [`${field}(after:)`]: cost(call),
  [`${field}(before:)`]: cost(call),
  [`${field}(last:)`]: cost(2 * call),
});

/** Arrives with its row, at no further cost. */
const withRow = cost(0);

/**
 * Directives by which a router estimates an operation, by schema coordinate. The estimates are never below those of
 * `src/operations/cost`, which know more (docs/federation.md, "Cost"): `test/unit/operations/cost/static-cost.test.ts`.
 */
export const costDirectives: Readonly<Record<string, string>> = {
  'Query.campaign': cost(call),
  'Query.campaigns': `${cost(call)} ${listSize(campaignPageLimits)}`,
  ...pageArguments('Query.campaigns'),
  // No directive takes the size of a list from another list. 14 campaigns with their messages fit into the default limit.
  'Query.campaignsBySid': '@listSize(assumedSize: 14)',
  'Query.campaignsBySid(sids:)': cost(call), // Apollo Router counts it for the list and for each item
  'Query.campaignGateway': withRow,
  'Query.validateCampaign': withRow,
  'Campaign.messages': `${cost(call)} ${listSize(messagePageLimits)}`,
  ...pageArguments('Campaign.messages'),
  'Campaign.lists': withRow,
  'Campaign.schedule': withRow,
  'Campaign.stats': withRow,
  'CampaignConnection.pageInfo': withRow,
  'CampaignEdge.node': withRow,
  'CampaignGateway.budget': withRow,
  'Message.campaign': withRow,
  'MessageConnection.pageInfo': withRow,
  'MessageEdge.node': withRow,
  'MessageStatusEvent.campaign': withRow,
  'Mutation.createCampaign': cost(call),
  'Mutation.updateCampaign': cost(change),
  'Mutation.pauseCampaign': cost(change),
  'Mutation.resumeCampaign': cost(change),
  'Mutation.completeCampaign': cost(change),
  'Mutation.archiveCampaign': cost(change),
  'Subscription.campaignUpdated': cost(call),
  'Subscription.messageStatusChanged': cost(call),
};
