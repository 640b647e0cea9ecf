import { createConnection } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { CampaignBySidDocument, CreateDocument } from '../operations/generated.js';
import { callbackSettings, subscribeToMessages, messageCallback } from '../support/writing/callbacks.js';
import { credentials } from '../support/gateway/gateway-under-test.js';
import { describeWithRedis } from '../support/programs/redis.js';
import { scrape } from '../support/gateway/scraping.js';
import { leaveAll, until } from '../support/clients/subscribing.js';
import { until as untilAnswered } from '../support/gateway/two-gateways.js';
import { validInput } from '../support/writing/valid-input.js';
import {
  build,
  type Connection,
  isThere,
  type RunningWorkers,
  startWorkers,
} from '../support/gateway/workers.js';

let sandbox: Sandbox;
let running: RunningWorkers;
const connections: Connection[] = [];

beforeAll(build);
afterEach(async () => {
  for (const connection of connections.splice(0)) await connection.close();
});

const both = async (): Promise<readonly [Connection, Connection]> => {
  const pair = await running.connectToBoth();
  connections.push(...pair);
  return pair;
};
const connect = async (): Promise<Connection> => {
  const connection = await running.connect();
  connections.push(connection);
  return connection;
};
const posts = (): number => sandbox.calls.filter(({ method }) => method === 'POST').length;
const sidsOf = (count: number): string[] =>
  sandbox.state
    .campaigns()
    .slice(0, count)
    .map(({ sid }) => sid);

describeWithRedis('two workers on one port', () => {
  beforeAll(async () => {
    sandbox = await startSandbox(credentials);
    running = await startWorkers(
      { ...callbackSettings, WEBHOOK_SECRET: 'a-secret-of-all-workers', EXOTEL_TIMEOUT_MS: '2000' },
      sandbox.baseUrl,
    );
  });
  afterAll(async () => {
    await running.kill();
    await sandbox.close();
  });

  it('both serve requests, and their primary process does not', async () => {
    const pids = (await both()).map(({ pid }) => pid);
    expect(new Set(pids).size).toBe(2);
    expect(pids).not.toContain(running.primary.pid);
  });

  it('create one campaign for concurrent creates with one key over many connections', async () => {
    const before = posts();
    const thirty = await Promise.all(Array.from({ length: 30 }, connect));
    const input = { ...validInput, name: 'Diwali offer', idempotencyKey: 'diwali' };
    const answers = await Promise.all(thirty.map((each) => each.execute(CreateDocument, { input })));
    expect(new Set(thirty.map(({ pid }) => pid)).size).toBe(2);
    expect(answers.flatMap(({ errors }) => errors ?? [])).toEqual([]);
    const sids = new Set(answers.map(({ data }) => data?.createCampaign.campaign?.sid));
    expect([...sids]).toEqual([expect.stringMatching(/^\w{32}$/)]);
    expect(posts() - before).toBe(1);
  });

  it("find the other worker's cache entries", async () => {
    const [one, other] = await both();
    const { sid } = sandbox.state.insert({ status: 'archived', audience: 1 });
    await one.execute(CampaignBySidDocument, { sid });
    const before = sandbox.calls.length;
    const { data } = await other.execute(CampaignBySidDocument, { sid });
    expect(data?.campaign?.sid).toBe(sid);
    expect(sandbox.calls.length).toBe(before);
  });

  it('publish each callback once to every subscriber, whichever worker receives it', async () => {
    const [one, other] = await both();
    const { data } = await one.execute(CreateDocument, { input: { ...validInput, name: 'Called back' } });
    const sid = data?.createCampaign.campaign?.sid ?? '';
    const seen = await other.execute(CampaignBySidDocument, { sid });
    const path = new URL(String(seen.data?.campaign?.smsStatusCallback)).pathname;
    const listen = () => subscribeToMessages({ url: running.url } as never, 'ws', sid);
    const four = await Promise.all([listen(), listen(), listen(), listen()]);
    const transport = { transport: 'ws', field: 'messageStatusChanged' };
    await untilAnswered(
      async () => (await scrape(running)).value('campaign_gateway_subscriptions_open', transport) === 4,
    );
    const subscribed = () =>
      running
        .logs()
        .filter(({ operation }) => (operation as { type?: string } | undefined)?.type === 'subscription');
    // The lines of a worker may come after its answers.
    await untilAnswered(() => Promise.resolve(new Set(subscribed().map((line) => line['pid'])).size === 2));
    const messages = ['1', '2'].map((digit) => digit.repeat(32));
    expect(await one.post(path, messageCallback(sid, messages[0] ?? '', 'sent'))).toBe(200);
    expect(await other.post(path, messageCallback(sid, messages[1] ?? '', 'sent'))).toBe(200);
    for (const subscriber of four) await subscriber.next(2);
    await leaveAll();
    for (const subscriber of four) {
      const received = subscriber.summaries().map((text) => text.split(' ')[0]);
      expect(received.sort()).toEqual(messages);
    }
  });

  it('/metrics of any worker has the sum of all, including a killed worker', async () => {
    const answered = async (): Promise<number> =>
      (await scrape(running)).value('campaign_gateway_operations_total', { type: 'query' }) ?? 0;
    const before = await answered();
    const pair = await both(); // a query each, or more
    for (const each of pair) await each.execute(CampaignBySidDocument, { sid: sidsOf(1)[0] ?? '' });
    const after = await answered();
    expect(after).toBeGreaterThanOrEqual(before + 4);
    expect((await scrape(running)).value('campaign_gateway_build_info')).toBe(1);
    process.kill(pair[0].pid, 'SIGKILL');
    await until(() => !isThere(pair[0].pid));
    expect(await answered()).toBeGreaterThanOrEqual(after);
  });

  it('continue to serve when one is killed, and a new worker replaces it', async () => {
    const [one, other] = await both();
    process.kill(one.pid, 'SIGKILL');
    const [sid = ''] = sidsOf(1);
    expect((await other.execute(CampaignBySidDocument, { sid })).data?.campaign?.sid).toBe(sid);
    await until(() => !isThere(one.pid));
    const pids = (await both()).map(({ pid }) => pid);
    expect(pids).toContain(other.pid);
    expect(pids).not.toContain(one.pid);
    // What was held together is still known.
    const input = { ...validInput, name: 'Diwali offer', idempotencyKey: 'diwali' };
    const before = posts();
    const replayed = await (await connect()).execute(CreateDocument, { input });
    expect(replayed.data?.createCampaign.campaign?.sid).toMatch(/^\w{32}$/);
    expect(posts()).toBe(before);
  });

  it('close a connection that was being assigned to a worker when it died', async () => {
    const [one, other] = await both();
    process.kill(one.pid, 'SIGSTOP'); // it takes what it is given next no more
    const { port } = new URL(running.url);
    const ends = [1, 2].map(async () => {
      const socket = createConnection(Number(port), '127.0.0.1').setEncoding('utf8');
      socket.write('GET /livez HTTP/1.1\r\nhost: localhost\r\nconnection: close\r\n\r\n');
      return text(socket).catch((error: unknown) => String(error));
    });
    expect(await Promise.race(ends)).toContain('200 OK');
    process.kill(one.pid, 'SIGKILL');
    const answers = await Promise.all(ends);
    expect(answers.map((answer) => /200 OK/.test(answer)).sort()).toEqual([false, true]);
    expect((await other.execute(CampaignBySidDocument, { sid: sidsOf(1)[0] ?? '' })).errors).toBeUndefined();
    await both(); // another has taken its place
  });

  it('serve open connections while the primary process hangs, except /metrics', async () => {
    const [one, other] = await both();
    const input = { ...validInput, name: 'Holi offer', idempotencyKey: 'holi' };
    running.primary.kill('SIGSTOP');
    try {
      const [, sid = ''] = sidsOf(2);
      expect((await one.execute(CampaignBySidDocument, { sid })).data?.campaign?.sid).toBe(sid);
      const created = await one.execute(CreateDocument, { input });
      const before = posts();
      const repeated = await other.execute(CreateDocument, { input });
      const sids = [created, repeated].map(({ data }) => data?.createCampaign.campaign?.sid);
      expect(sids).toEqual([expect.stringMatching(/^\w{32}$/), sids[0]]);
      expect(posts()).toBe(before);
      expect(await one.get('/readyz')).toBe(200);
      expect(await one.get('/metrics')).toBe(503);
    } finally {
      running.primary.kill('SIGCONT');
    }
    await untilAnswered(async () => (await one.get('/metrics')) === 200);
  });

  it('refuse creates with a key while Redis hangs, and continue to read', async () => {
    const [one] = await both();
    const input = { ...validInput, name: 'Risky', idempotencyKey: 'risky' };
    const before = posts();
    running.redis.pause();
    try {
      const [, , sid = ''] = sidsOf(3);
      expect((await one.execute(CampaignBySidDocument, { sid })).data?.campaign?.sid).toBe(sid);
      const refused = await one.execute(CreateDocument, { input });
      expect(refused.errors?.[0]?.extensions?.code).toBe('UPSTREAM_UNAVAILABLE');
      expect(posts()).toBe(before);
    } finally {
      running.redis.resume();
    }
    await untilAnswered(async () => {
      const { data } = await one.execute(CreateDocument, { input });
      return data?.createCampaign.campaign != null;
    });
    expect(posts()).toBe(before + 1);
  });
});

describeWithRedis('the budget of two workers', () => {
  const perMinute = 5;
  beforeAll(async () => {
    sandbox = await startSandbox(credentials);
    running = await startWorkers({ EXOTEL_RATE_LIMIT: String(perMinute) }, sandbox.baseUrl);
  });
  afterAll(async () => {
    await running.kill();
    await sandbox.close();
  });

  it('is shared by all workers', async () => {
    const pair = await both();
    const reads = sidsOf(20).map((sid, index) =>
      (index % 2 === 0 ? pair[0] : pair[1]).execute(CampaignBySidDocument, { sid }),
    );
    const answers = await Promise.all(reads);
    const codes = answers.flatMap((answer) => answer.errors ?? []).map(({ extensions }) => extensions?.code);
    expect(sandbox.calls.length).toBeGreaterThan(0);
    expect(sandbox.calls.length).toBeLessThanOrEqual(perMinute);
    expect(new Set(codes)).toEqual(new Set(['UPSTREAM_RATE_LIMITED']));
    expect((await scrape(running)).value('campaign_gateway_upstream_budget_limit_calls')).toBe(perMinute);
  });
});

describeWithRedis('two workers on the embedded sandbox', () => {
  beforeAll(async () => {
    running = await startWorkers({ SANDBOX_SPEED: '3600' });
  });
  afterAll(() => running.kill());

  it('share one sandbox and one webhook secret', async () => {
    const [one, other] = await both();
    const { data } = await one.execute(CreateDocument, { input: validInput });
    const sid = data?.createCampaign.campaign?.sid ?? '';
    const seen = await other.execute(CampaignBySidDocument, { sid });
    expect(seen.data?.campaign?.sid).toBe(sid);
    const address = new URL(String(seen.data?.campaign?.smsStatusCallback));
    expect(address.origin).toBe(running.url);
    for (const [index, each] of [one, other].entries())
      expect(await each.post(address.pathname, messageCallback(sid, String(index).repeat(32), 'sent'))).toBe(
        200,
      );
    expect(await one.post(`${address.pathname}x`, messageCallback(sid, '2'.repeat(32), 'sent'))).toBe(404);
  });

  it('ignore idempotency keys of an earlier sandbox in the same Redis', async () => {
    const [one] = await both();
    const input = { ...validInput, idempotencyKey: 'diwali' };
    const { data } = await one.execute(CreateDocument, { input });
    const earlier = data?.createCampaign.campaign?.sid;
    expect(earlier).toMatch(/^\w{32}$/);
    const later = await startWorkers({ REDIS_URL: running.redis.url });
    try {
      const connection = await later.connect();
      const created = await connection.execute(CreateDocument, { input });
      const sid = created.data?.createCampaign.campaign?.sid ?? '';
      const found = await connection.execute(CampaignBySidDocument, { sid });
      await connection.close();
      expect(sid).not.toBe(earlier);
      expect(found.data?.campaign).toMatchObject({ sid, template: validInput.template });
    } finally {
      await later.kill();
    }
  });
});
