/**
 * An upstream with as many campaigns and messages as are wanted: each row is made when it is asked for, of the sandbox's
 * own, with another sid, name and start. Latest start first, as the sandbox sorts.
 */
import { startSandbox } from '../../dist/sandbox/sandbox.js';
import { credentials } from '../credentials.mjs';
import { Controls } from './controls.mjs';
import { serveBytes, StoredAnswer } from './serve-bytes.mjs';

const controls = new Controls({ campaigns: 1000, messages: 1000, revision: 0 });
const minuteMs = 60_000;
const start = Date.now();
const maximumLimit = 50;
const patterns = await readPatterns();
console.log(`ready ${await serveBytes(answer)}`);

function answer(path, _head, send) {
  if (controls.take(path, send)) return;
  const url = new URL(path, 'http://upstream');
  const [sid, details] = url.pathname.split('/message-campaigns')[1].split('/').slice(1);
  controls.deliver(send, new StoredAnswer(200, bodyOf(sid, details, url.searchParams)));
}

function bodyOf(sid, details, query) {
  const { campaigns, messages } = controls.settings;
  if (details !== undefined) return listOf(query, messages, messageRow);
  if (sid !== undefined)
    return `{"request_id":"0","method":"GET","http_code":200,"response":${campaignRow(Number.parseInt(sid, 16))}}`;
  return listOf(query, campaigns, campaignRow);
}

function listOf(query, total, row) {
  const offset = Number(query.get('offset') ?? 0);
  const limit = Math.min(Number(query.get('limit') ?? 20), maximumLimit);
  const count = Math.max(0, Math.min(limit, total - offset));
  const rows = Array.from({ length: count }, (_, index) => row(offset + index)).join(',');
  const metadata = JSON.stringify({ count, offset, total, limit });
  return `{"request_id":"0","method":"GET","http_code":200,"metadata":${metadata},"response":[${rows}]}`;
}

function campaignRow(index) {
  const name = `Campaign ${index}, revision ${controls.settings.revision}`;
  return patterns.campaign(index.toString(16).padStart(32, '0'), name, index);
}

function messageRow(index) {
  return patterns.message(index.toString(16).padStart(34, '0'), '', index);
}

/** Makes rows of the sandbox's text, by putting a sid, a name and a time where the sandbox has its own. */
async function readPatterns() {
  const sandbox = await startSandbox(credentials);
  const root = `${sandbox.baseUrl}/v2/accounts/${credentials.accountSid}/message-campaigns`;
  const authorization = `Basic ${btoa(`${credentials.apiKey}:${credentials.apiToken}`)}`;
  const first = async (path) => {
    const answered = await fetch(`${root}${path}`, { headers: { authorization } });
    return (await answered.json()).response[0];
  };
  const campaign = await first('?channel=sms&status=in-progress&limit=1');
  const message = await first(`/${campaign.data.sid}/message-details?channel=sms&limit=1`);
  await sandbox.close();
  const { name, sid, schedule } = campaign.data;
  return {
    campaign: patternOf(campaign, { sid, name, time: schedule.start_time }),
    message: patternOf(message, { sid: message.data.sid, time: message.data.schedule_time }),
  };
}

function patternOf(row, { sid, name, time }) {
  const parts = JSON.stringify(row)
    .replaceAll(JSON.stringify(sid), '\0sid\0')
    .replaceAll(JSON.stringify(name ?? '\0'), '\0name\0')
    .replaceAll(JSON.stringify(time), '\0time\0')
    .split('\0');
  return (newSid, newName, index) => {
    const values = { sid: newSid, name: newName, time: new Date(start - index * minuteMs).toISOString() };
    return parts.map((part) => (Object.hasOwn(values, part) ? `"${values[part]}"` : part)).join('');
  };
}
