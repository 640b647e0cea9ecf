/** A tab of GraphiQL with an operation that runs unchanged. */
interface Example {
  /** GraphiQL names the tab after its first operation. */
  readonly document: string;
  /** Content of the variables pane. */
  readonly variables?: Readonly<Record<string, unknown>>;
}

/** The campaign of the API document's own sample. */
const campaignWithMessages: Example = {
  document: /* GraphQL */ `
# One campaign with its messages, by its sid,
# which is in the variables below. Both are
# read in parallel, in one round trip.
query CampaignWithMessages($sid: ID!) {
  campaign(sid: $sid) {
    name
    status
    availableActions # in this status
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
    fetchedAt # time of the upstream read
  }
}
`.trimStart(),
  variables: { sid: '8c7383b9797443249d24781659939528' },
};

/** Has no schedule, so that it is valid on any day. */
const createCampaign: Example = {
  document: /* GraphQL */ `
# Creates a campaign. On the sandbox nobody
# gets a message; on a live account real
# people do, and it costs money.
#
# Programs should add an idempotencyKey: any
# text of your own, such as a new UUID for
# each campaign. Repeats with the same key
# never create a second campaign.
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

/** One action of the lifecycle. */
const actionMutation = (action: string): string => /* GraphQL */ `
mutation ${action}Campaign($sid: ID!) {
  ${action.toLowerCase()}Campaign(sid: $sid) {
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
`;

/**
 * The lifecycle of a campaign, beginning with a paused one: the only status that does not change by itself, however fast
 * the sandbox runs. So the first operation always works.
 */
const lifecycle: Example = {
  document: `# The lifecycle of a campaign. The play button
# asks which operation to run. In this order
# all of them work: the campaign is paused.
#
# An action that the status does not allow is
# in "userErrors". Run one twice to see it.${actionMutation('Resume')}${actionMutation('Pause')}
# Ends it: unsent messages fail.${actionMutation('Complete')}${actionMutation('Archive')}`,
  variables: { sid: 'd807349ad162873d561aa2f71899635b' },
};

/**
 * The first tab. It has no variables, because GraphiQL does not show those of the tab that it opens first. It lists started
 * campaigns only, because the newest ones have no results yet.
 */
const newestCampaigns: Example = {
  document: /* GraphQL */ `
# Welcome! Press the play button.
#
# The newest started campaigns with their
# counts and first messages, in one request.
# The docs on the left describe every field.
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
 * A campaign while it runs. Running campaigns of the sandbox end within a minute, so this too begins with a paused one, but
 * not that of the lifecycle: most of its 1,500 messages are still unsent.
 */
export const watchCampaign: Example = {
  document: /* GraphQL */ `
# Watch a campaign live. This one is paused:
# the first operation resumes it, the second
# shows each change, for some 40 seconds. The
# play button stops it.
#
# Or watch your own campaign from its start:
# press play in the tab CreateCampaign, copy
# the sid of the response into the variables
# below, and run the second or third operation
# here. It starts 10 seconds later.
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

# The first event is the first change.
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

# One event for each message callback of the
# upstream. Only campaigns created here have
# callbacks; the sandbox's own have none.
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

/** GraphiQL's tabs, from left to right. */
export const examples: readonly Example[] = [
  newestCampaigns,
  campaignWithMessages,
  lifecycle,
  createCampaign,
  watchCampaign,
];
