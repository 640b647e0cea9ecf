/** Fastify and mercurius with its compiler on, and calls by hand: what a team that wants speed would write. */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { Pool } from 'undici';

const { EXOTEL_BASE_URL, EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN } = process.env;
const root = `/v2/accounts/${EXOTEL_ACCOUNT_SID}/message-campaigns`;
const authorization = `Basic ${Buffer.from(`${EXOTEL_API_KEY}:${EXOTEL_API_TOKEN}`).toString('base64')}`;
const pool = new Pool(EXOTEL_BASE_URL);

const schema = `
  enum CampaignStatus { CREATED SCHEDULED IN_PROGRESS PAUSED COMPLETED ARCHIVED }
  enum ContentType { STATIC DYNAMIC }
  enum MessageStatus {
    SCHEDULED SUBMITTED SENT FAILED FAILED_DND FAILED_EXPIRED FAILED_NO_ATTEMPT FAILED_NO_BALANCE INVALID
  }
  type Schedule { startTime: String, endTime: String }
  type Stats {
    scheduled: Int!
    submitted: Int!
    sent: Int!
    failed: Int!
    failedDnd: Int!
    total: Int!
  }
  type PageInfo { hasNextPage: Boolean! }
  type Message {
    sid: ID!
    number: String!
    name: String
    status: MessageStatus!
    body: String
    scheduledAt: String
  }
  type MessageConnection { nodes: [Message!]!, pageInfo: PageInfo!, totalCount: Int! }
  type Campaign {
    sid: ID!
    name: String!
    status: CampaignStatus!
    contentType: ContentType!
    senderId: String!
    createdAt: String!
    updatedAt: String!
    schedule: Schedule!
    stats: Stats!
    messages(first: Int = 20): MessageConnection!
  }
  type CampaignConnection { nodes: [Campaign!]!, pageInfo: PageInfo!, totalCount: Int! }
  type Query {
    campaign(sid: ID!): Campaign
    campaigns(first: Int = 20): CampaignConnection!
  }
`;

const enumOf = (word) => word.toUpperCase().replaceAll('-', '_');
const utc = (text) => text && new Date(text).toISOString();

function statsOf(stats) {
  const counts = {
    scheduled: stats.scheduled ?? 0,
    submitted: stats.submitted ?? 0,
    sent: stats.sent ?? 0,
    failed: stats.failed ?? 0,
    failedDnd: stats['failed-dnd'] ?? 0,
    failedExpired: stats['failed-expired'] ?? 0,
    failedNoAttempt: stats['failed-no-attempt'] ?? 0,
    failedNoBalance: stats['failed-no-balance'] ?? 0,
    invalid: stats.invalid ?? 0,
  };
  return { ...counts, total: Object.values(counts).reduce((sum, count) => sum + count, 0) };
}

const campaignOf = (wire) => ({
  sid: wire.sid,
  name: wire.name,
  status: enumOf(wire.status),
  contentType: enumOf(wire.content_type),
  senderId: wire.sender_id,
  createdAt: utc(wire.date_created),
  updatedAt: utc(wire.date_updated),
  schedule: { startTime: utc(wire.schedule.start_time), endTime: utc(wire.schedule.end_time) },
  stats: statsOf(wire.stats),
});

const messageOf = (wire) => ({
  sid: wire.sid,
  number: wire.number,
  name: wire.name ?? null,
  status: enumOf(wire.status),
  body: wire.body ?? wire.message,
  scheduledAt: utc(wire.schedule_time),
});

function connectionOf({ metadata, response }, map) {
  const nodes = response.map(({ data }) => map(data));
  return { totalCount: metadata.total, pageInfo: { hasNextPage: nodes.length < metadata.total }, nodes };
}

async function get(path) {
  const { statusCode, body } = await pool.request({
    method: 'GET',
    path: root + path,
    headers: { authorization },
  });
  if (statusCode === 200) return body.json();
  await body.dump();
  if (statusCode === 404) return null;
  throw new Error(`the upstream answered ${statusCode}`);
}

const page = (first) => `?channel=sms&offset=0&limit=${first}`;

const resolvers = {
  Query: {
    campaign: async (_root, { sid }) => {
      const answer = await get(`/${encodeURIComponent(sid)}`);
      return answer && campaignOf(answer.response.data);
    },
    campaigns: async (_root, { first }) => connectionOf(await get(page(first)), campaignOf),
  },
  // Not a loader: there is no call that answers the messages of several campaigns, so there is nothing to batch.
  Campaign: {
    messages: async ({ sid }, { first }) =>
      connectionOf(await get(`/${encodeURIComponent(sid)}/message-details${page(first)}`), messageOf),
  },
};

const app = Fastify();
await app.register(mercurius, { schema, resolvers, jit: 1 });
console.log(`ready ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
