import { type Example } from './example.js';

/** One campaign: the one that the API document's own sample shows. */
export const campaignWithMessages: Example = {
  document: /* GraphQL */ `
# One campaign with its messages, by its sid,
# which is in the variables below. Both are
# read at once, in one round trip.
query CampaignWithMessages($sid: ID!) {
  campaign(sid: $sid) {
    name
    status
    availableActions # in its status
    template
    schedule {
      startTime
      endTime
    }
    stats {
      total
      sent
      failed
    }
    messages(first: 10) {
      totalCount
      nodes {
        number
        status
        detailedStatus
        body
      }
    }
    fetchedAt # how old this answer is
  }
}
`.trimStart(),
  variables: { sid: '8c7383b9797443249d24781659939528' },
};
