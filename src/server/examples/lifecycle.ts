import { type Example } from './example.js';

/**
 * The life of a campaign. It begins with a campaign of the sandbox that is paused: the one status that stays as it
 * is however fast the sandbox runs, so the first operation has something to do whenever it is pressed.
 */
export const lifecycle: Example = {
  document: /* GraphQL */ `
# The life of a campaign: the play button
# asks for which operation. In this order all
# of them work, as the campaign is paused now.
#
# What its status does not allow is no error:
# "userErrors" says so. Try one twice.
mutation ResumeCampaign($sid: ID!) {
  resumeCampaign(sid: $sid) {
    campaign {
      status
      availableActions
    }
    userErrors {
      code
      message
    }
  }
}

mutation PauseCampaign($sid: ID!) {
  pauseCampaign(sid: $sid) {
    campaign {
      status
      availableActions
    }
    userErrors {
      code
      message
    }
  }
}

# Ends it: what is unsent becomes failed.
mutation CompleteCampaign($sid: ID!) {
  completeCampaign(sid: $sid) {
    campaign {
      status
      availableActions
    }
    userErrors {
      code
      message
    }
  }
}

mutation ArchiveCampaign($sid: ID!) {
  archiveCampaign(sid: $sid) {
    campaign {
      status
      availableActions
    }
    userErrors {
      code
      message
    }
  }
}
`.trimStart(),
  variables: { sid: 'd807349ad162873d561aa2f71899635b' },
};
