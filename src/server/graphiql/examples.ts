/** An operation that a newcomer finds ready in a tab of GraphiQL. */
interface Example {
  /** The text of the tab; GraphiQL names the tab after its first operation. */
  readonly document: string;
  /** What the variables pane holds; left out where the document has no variables. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** One campaign: the one that the API document's own sample shows. */
const campaignWithMessages: Example = {
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

/** A campaign of one's own. No schedule, so that it is valid on any day. */
const createCampaign: Example = {
  document: /* GraphQL */ `
# Creates a campaign. On the sandbox nobody
# gets a message; on a live account real
# people do, and it costs money.
#
# Worth adding in a program: idempotencyKey,
# any text of your own, such as a fresh UUID
# for each campaign that you mean. However
# often it is sent again, the campaign is
# created once.
#
# Without a schedule it begins in 10 minutes.
mutation CreateCampaign(
  $input: CreateCampaignInput!
) {
  createCampaign(input: $input) {
    campaign {
      sid
      name
      status
      schedule {
        startTime
        endTime
      }
      estimatedCost
    }
    userErrors {
      field
      code
      message
    }
  }
}
`.trimStart(),
  variables: {
    input: {
      name: 'My first campaign',
      contentType: 'STATIC',
      smsType: 'TRANSACTIONAL',
      senderId: 'EXOTEL',
      dltEntityId: '1101428740000012125',
      dltTemplateId: '1107159950325048979',
      template: 'Hi, thank you for registering; your account has been activated. -Exotel',
      lists: ['f2284e77ea5a4224911251b08f861af2'],
    },
  },
};

/**
 * The life of a campaign. It begins with a campaign of the sandbox that is paused: the one status that stays as it
 * is however fast the sandbox runs, so the first operation has something to do whenever it is pressed.
 */
const lifecycle: Example = {
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

/**
 * The first tab. Without variables on purpose: GraphiQL leaves the variables of the tab that it opens first out of
 * its editor. Only campaigns that have begun, since the very newest have no results to show yet.
 */
const newestCampaigns: Example = {
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

/** GraphiQL's tabs, from left to right; each runs as it is on the sandbox. */
export const examples: readonly Example[] = [
  newestCampaigns,
  campaignWithMessages,
  lifecycle,
  createCampaign,
  watchCampaign,
];
