/**
 * Fastify and mercurius with its compiler on, and the upstream's strings as they come: resolvers only rename fields, dates
 * keep their offsets and words their spelling. The least that a GraphQL server in front of this API can do.
 */
import Fastify from 'fastify';
import mercurius from 'mercurius';
import { Pool } from 'undici';

const { EXOTEL_BASE_URL, EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN } = process.env;
const root = `/v2/accounts/${EXOTEL_ACCOUNT_SID}/message-campaigns`;
const authorization = `Basic ${Buffer.from(`${EXOTEL_API_KEY}:${EXOTEL_API_TOKEN}`).toString('base64')}`;
const pool = new Pool(EXOTEL_BASE_URL);

const schema = `
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
    status: String!
    body: String
    scheduledAt: String
  }
  type MessageConnection { nodes: [Message!]!, pageInfo: PageInfo!, totalCount: Int! }
  type Campaign {
    sid: ID!
    name: String!
    status: String!
    contentType: String!
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

const dataOf = ({ data }) => data;

function connectionOf({ metadata, response }) {
  const nodes = response.map(dataOf);
  return { totalCount: metadata.total, pageInfo: { hasNextPage: nodes.length < metadata.total }, nodes };
}

async function getFromPool(path) {
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

async function getByFetch(path) {
  const response = await fetch(EXOTEL_BASE_URL + root + path, { headers: { authorization } });
  if (response.ok) return response.json();
  await response.body?.cancel();
  if (response.status === 404) return null;
  throw new Error(`the upstream answered ${response.status}`);
}

// The fastest client there is, or the one that most resolvers have.
const get = process.env.HTTP_CLIENT === 'fetch' ? getByFetch : getFromPool;

const page = (first) => `?channel=sms&offset=0&limit=${first}`;
const counts = [
  'scheduled',
  'submitted',
  'sent',
  'failed',
  'failed-dnd',
  'failed-expired',
  'failed-no-attempt',
  'failed-no-balance',
  'invalid',
];
const countOf = (name) => (stats) => stats[name] ?? 0;

const resolvers = {
  Query: {
    campaign: async (_root, { sid }) => (await get(`/${encodeURIComponent(sid)}`))?.response.data,
    campaigns: async (_root, { first }) => connectionOf(await get(page(first))),
  },
  Campaign: {
    contentType: ({ content_type: contentType }) => contentType,
    senderId: ({ sender_id: senderId }) => senderId,
    createdAt: ({ date_created: createdAt }) => createdAt,
    updatedAt: ({ date_updated: updatedAt }) => updatedAt,
    messages: async ({ sid }, { first }) =>
      connectionOf(await get(`/${encodeURIComponent(sid)}/message-details${page(first)}`)),
  },
  Schedule: {
    startTime: ({ start_time: startTime }) => startTime,
    endTime: ({ end_time: endTime }) => endTime,
  },
  Stats: {
    scheduled: countOf('scheduled'),
    submitted: countOf('submitted'),
    sent: countOf('sent'),
    failed: countOf('failed'),
    failedDnd: countOf('failed-dnd'),
    total: (stats) => counts.reduce((sum, name) => sum + (stats[name] ?? 0), 0),
  },
  Message: {
    body: ({ body, message }) => body ?? message,
    scheduledAt: ({ schedule_time: scheduledAt }) => scheduledAt,
  },
};

const app = Fastify();
await app.register(mercurius, { schema, resolvers, jit: 1 });
console.log(`ready ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
