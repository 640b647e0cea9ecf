const campaignFields = `sid name status contentType senderId createdAt updatedAt
    schedule { startTime endTime } stats { scheduled submitted sent failed failedDnd total }`;

const withMessages = `query CampaignWithMessages($sid: ID!) {
  campaign(sid: $sid) {
    sid name status stats { sent failed total }
    messages(first: 20) {
      totalCount pageInfo { hasNextPage }
      nodes { sid number name status body scheduledAt }
    }
  }
}`;

/**
 * What is measured: a query, and the address of the same data without GraphQL. Where there are variables, `sids` are
 * asked for in turn.
 * @typedef {object} Case
 * @property {string} name
 * @property {string} query
 * @property {(sid: string) => object} [variables]
 * @property {(sid: string) => string} screen
 * @property {number} [upstreamDelayMs]
 * @property {number} [connections] fewer, where the case is about how long an answer takes
 */

/** @type {readonly Case[]} */
export const cases = [
  {
    name: 'campaign with stats',
    query: `query Campaign($sid: ID!) {
  campaign(sid: $sid) {
    ${campaignFields}
  }
}`,
    variables: (sid) => ({ sid }),
    screen: (sid) => `/campaign?sid=${sid}`,
  },
  {
    name: 'campaign + 20 messages',
    query: withMessages,
    variables: (sid) => ({ sid }),
    screen: (sid) => `/campaign-with-messages?sid=${sid}&messages=20`,
  },
  {
    name: 'list of 20',
    query: `query Campaigns {
  campaigns(first: 20) {
    totalCount pageInfo { hasNextPage }
    nodes {
    ${campaignFields}
    }
  }
}`,
    screen: () => '/campaigns?first=20',
  },
  {
    name: '10 campaigns × 5 messages',
    query: `query CampaignsWithMessages {
  campaigns(first: 10) {
    nodes { sid name status messages(first: 5) { nodes { sid number status } } }
  }
}`,
    screen: () => '/campaigns-with-messages?first=10&messages=5',
  },
  {
    name: 'campaign + 20 messages, 100 ms upstream',
    query: withMessages,
    variables: (sid) => ({ sid }),
    screen: (sid) => `/campaign-with-messages?sid=${sid}&messages=20`,
    upstreamDelayMs: 100,
    connections: 10,
  },
];

/**
 * The requests of a case, for a server of one kind.
 * @param {Case} what
 * @param {readonly string[]} sids
 * @returns {readonly { path: string, body?: object }[]}
 */
export function requestsOf({ query, variables, screen }, sids, speaksGraphql) {
  const asked = variables ? sids : sids.slice(0, 1);
  return asked.map((sid) =>
    speaksGraphql
      ? { path: '/graphql', body: { query, ...(variables && { variables: variables(sid) }) } }
      : { path: screen(sid) },
  );
}
