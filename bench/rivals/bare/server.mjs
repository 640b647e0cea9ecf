/** No GraphQL at all: a backend for one frontend, with an address for each of its screens. */
import { createServer } from 'node:http';
import { Pool } from 'undici';

const { EXOTEL_BASE_URL, EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN } = process.env;
const root = `/v2/accounts/${EXOTEL_ACCOUNT_SID}/message-campaigns`;
const authorization = `Basic ${Buffer.from(`${EXOTEL_API_KEY}:${EXOTEL_API_TOKEN}`).toString('base64')}`;
const pool = new Pool(EXOTEL_BASE_URL);

async function get(path) {
  const { statusCode, body } = await pool.request({
    method: 'GET',
    path: root + path,
    headers: { authorization },
  });
  if (statusCode === 200) return body.json();
  await body.dump();
  throw Object.assign(new Error(`the upstream answered ${statusCode}`), { statusCode });
}

const enumOf = (word) => word.toUpperCase().replaceAll('-', '_');
const utc = (text) => text && new Date(text).toISOString();

function campaignOf(wire) {
  const { stats } = wire;
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
  return {
    sid: wire.sid,
    name: wire.name,
    status: enumOf(wire.status),
    contentType: enumOf(wire.content_type),
    senderId: wire.sender_id,
    createdAt: utc(wire.date_created),
    updatedAt: utc(wire.date_updated),
    schedule: { startTime: utc(wire.schedule.start_time), endTime: utc(wire.schedule.end_time) },
    stats: {
      scheduled: counts.scheduled,
      submitted: counts.submitted,
      sent: counts.sent,
      failed: counts.failed,
      failedDnd: counts.failedDnd,
      total: Object.values(counts).reduce((sum, count) => sum + count, 0),
    },
  };
}

const messageOf = (wire) => ({
  sid: wire.sid,
  number: wire.number,
  name: wire.name ?? null,
  status: enumOf(wire.status),
  body: wire.body ?? wire.message,
  scheduledAt: utc(wire.schedule_time),
});

async function pageOf(path, first, map) {
  const { metadata, response } = await get(`${path}?channel=sms&offset=0&limit=${first}`);
  const nodes = response.map(({ data }) => map(data));
  return { totalCount: metadata.total, pageInfo: { hasNextPage: nodes.length < metadata.total }, nodes };
}

const campaign = async (sid) => campaignOf((await get(`/${sid}`)).response.data);
const messages = (sid, first) => pageOf(`/${sid}/message-details`, first, messageOf);

const screens = {
  campaign: async ({ sid }) => ({ campaign: await campaign(sid) }),
  'campaign-with-messages': async ({ sid, messages: first }) => {
    const [{ name, status, stats }, page] = await Promise.all([campaign(sid), messages(sid, first)]);
    const { sent, failed, total } = stats;
    return { campaign: { sid, name, status, stats: { sent, failed, total }, messages: page } };
  },
  campaigns: async ({ first }) => ({ campaigns: await pageOf('', first, campaignOf) }),
  'campaigns-with-messages': async ({ first, messages: count }) => {
    const { nodes } = await pageOf('', first, campaignOf);
    const withMessages = async ({ sid, name, status }) => {
      const page = await messages(sid, count);
      return { sid, name, status, messages: { nodes: page.nodes.map(summaryOf) } };
    };
    return { campaigns: { nodes: await Promise.all(nodes.map(withMessages)) } };
  },
};
const summaryOf = ({ sid, number, status }) => ({ sid, number, status });

function answer(reply, statusCode, value) {
  const text = JSON.stringify(value);
  reply.writeHead(statusCode, {
    'content-type': 'application/json; charset=utf-8',
    'content-length': Buffer.byteLength(text),
  });
  reply.end(text);
}

const server = createServer(async ({ url }, reply) => {
  const [path, query] = url.split('?', 2);
  const screen = screens[path.slice(1)];
  if (!screen) return answer(reply, 404, { message: 'not found' });
  try {
    answer(reply, 200, await screen(Object.fromEntries(new URLSearchParams(query))));
  } catch ({ message, statusCode }) {
    answer(reply, statusCode ?? 500, { message });
  }
});
server.listen(0, '127.0.0.1', () => {
  console.log(`ready http://127.0.0.1:${server.address().port}`);
});
