import { type Example } from './example.js';

/**
 * The first tab. Without variables on purpose: GraphiQL leaves the variables of the tab that it opens first out of
 * its editor. Only campaigns that have begun, since the very newest have no results to show yet.
 */
export const newestCampaigns: Example = {
  document: /* GraphQL */ `
# Welcome! Press the play button.
#
# The newest campaigns that have begun, with
# their counts and first messages: one request.
# The docs on the left have every field.
query NewestCampaigns {
  campaigns(
    first: 3
    filter: { status: [IN_PROGRESS, COMPLETED] }
  ) {
    totalCount
    nodes {
      name
      status
      schedule {
        startTime
      }
      stats {
        total
        sent
        failed
        failedDnd
      }
      messages(first: 2) {
        nodes {
          number
          status
          detailedStatus
        }
      }
    }
    pageInfo {
      hasNextPage
      endCursor # "after" of the next page
    }
  }
}
`.trimStart(),
};
