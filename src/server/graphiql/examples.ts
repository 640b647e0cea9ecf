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
# ResumeToWatch resumes it, WatchCampaign then
# shows each change, for less than a minute. The
# play button stops it. Soon after its end it
# is paused again.
#
# Or watch your own campaign from its start:
# press play in the tab CreateCampaign, copy
# the sid of the response into the variables
# below, and run WatchCampaign or WatchMessages.
# It starts 10 seconds later.
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

/** GraphiQL's tabs on the sandbox without authentication, from left to right. */
export const examples: readonly Example[] = [
  newestCampaigns,
  campaignWithMessages,
  lifecycle,
  createCampaign,
  watchCampaign,
];

/** What the tabs depend on. */
export interface ExampleFacts {
  readonly isSandbox: boolean;
  readonly authMode: 'none' | 'api-key' | 'jwt';
}

const credentialsHint: Readonly<Record<ExampleFacts['authMode'], string>> = {
  none: '',
  'api-key': `# This gateway needs a key: put it into the
# pane "Headers" below, like this:
# {"X-Api-Key": "your key"}
#
`,
  jwt: `# This gateway needs a token: put it into the
# pane "Headers" below, like this:
# {"Authorization": "Bearer your token"}
#
`,
};

const accountHint = `# This is a real account. The variables below
# are empty: fill in your own values, such as
# a sid from the tab NewestCampaigns.
#
`;

/** GraphiQL's tabs. On a real account they have no values of the sandbox; with authentication they say where the key belongs. */
export function examplesFor({ isSandbox, authMode }: ExampleFacts): readonly Example[] {
  return examples.map(({ document, variables }) => {
    if (variables === undefined) return { document: credentialsHint[authMode] + document };
    const hint = isSandbox ? '' : accountHint;
    const given = isSandbox ? variables : (emptied(variables) as typeof variables);
    return { document: credentialsHint[authMode] + hint + document, variables: given };
  });
}

/** The same value with empty texts, except for words of the schema such as `STATIC`. */
function emptied(value: unknown): unknown {
  if (typeof value === 'string') return ['STATIC', 'TRANSACTIONAL'].includes(value) ? value : '';
  if (Array.isArray(value)) return value.map(emptied);
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, emptied(inner)]));
}
