import { type Example } from './example.js';

/**
 * A campaign while it runs. Seeded campaigns that run are over within a minute, so this too begins with one that is
 * paused, another than that of the lifecycle: whenever it is sent on, most of its 1,500 messages are still to come.
 */
export const watchCampaign: Example = {
  document: /* GraphQL */ `
# Watch a campaign live. This one is paused:
# the first operation sends it on, the second
# shows each change, for some 40 seconds. The
# play button stops it.
#
# Or watch your own from its beginning: press
# play in the tab CreateCampaign, copy the sid
# from its answer into the variables below, and
# play the second or third operation here. It
# begins 10 seconds later and is soon over.
mutation ResumeToWatch($sid: ID!) {
  resumeCampaign(sid: $sid) {
    campaign {
      name
      status
    }
    userErrors {
      code
      message
    }
  }
}

# Nothing comes until something changes.
subscription WatchCampaign($sid: ID!) {
  campaignUpdated(sid: $sid) {
    status
    availableActions
    stats {
      total
      sent
      failed
    }
    fetchedAt
  }
}

# Message by message, as the upstream calls
# back: for campaigns created here, like yours;
# those of the sandbox don't call this gateway.
subscription WatchMessages($sid: ID!) {
  messageStatusChanged(campaignSid: $sid) {
    number
    status
    sentAt
  }
}
`.trimStart(),
  variables: { sid: '256ec7b581a30cf3e326546ba97575f1' },
};
