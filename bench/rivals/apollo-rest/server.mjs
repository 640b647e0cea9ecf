/** Apollo Server over RESTDataSource, as their documentation shows it; default plugins, default settings. */
import { ApolloServer } from '@apollo/server';
import { RESTDataSource } from '@apollo/datasource-rest';
import fastifyApollo, { fastifyApolloDrainPlugin } from '@as-integrations/fastify';
import Fastify from 'fastify';

const { EXOTEL_BASE_URL, EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN } = process.env;
const authorization = `Basic ${Buffer.from(`${EXOTEL_API_KEY}:${EXOTEL_API_TOKEN}`).toString('base64')}`;

const typeDefs = `#graphql
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

/** One for each request: what the same request reads twice is read once. */
class ExotelApi extends RESTDataSource {
  baseURL = `${EXOTEL_BASE_URL}/v2/accounts/${EXOTEL_ACCOUNT_SID}/`;

  willSendRequest(_path, { headers }) {
    headers.authorization = authorization;
  }

  async campaign(sid) {
    try {
      const { response } = await this.get(`message-campaigns/${encodeURIComponent(sid)}`);
      return campaignOf(response.data);
    } catch (error) {
      if (error.extensions?.response?.status === 404) return null;
      throw error;
    }
  }

  async campaigns(first) {
    const params = { channel: 'sms', offset: '0', limit: String(first) };
    return connectionOf(await this.get('message-campaigns', { params }), campaignOf);
  }

  async messages(sid, first) {
    const params = { channel: 'sms', offset: '0', limit: String(first) };
    const path = `message-campaigns/${encodeURIComponent(sid)}/message-details`;
    return connectionOf(await this.get(path, { params }), messageOf);
  }
}

const resolvers = {
  Query: {
    campaign: (_root, { sid }, { exotel }) => exotel.campaign(sid),
    campaigns: (_root, { first }, { exotel }) => exotel.campaigns(first),
  },
  Campaign: { messages: ({ sid }, { first }, { exotel }) => exotel.messages(sid, first) },
};

const app = Fastify();
const apollo = new ApolloServer({ typeDefs, resolvers, plugins: [fastifyApolloDrainPlugin(app)] });
await apollo.start();
await app.register(fastifyApollo(apollo), {
  context: async () => ({ exotel: new ExotelApi({ cache: apollo.cache }) }),
});
console.log(`ready ${await app.listen({ host: '127.0.0.1', port: 0 })}`);
