import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { ask } from '../../support/clients/ask.js';
import { createdSid, diwali, requestId, answerOf } from '../../support/writing/creating.js';
import { setup, startScripted } from '../../support/gateway/setup.js';
import {
  callbackSettings,
  campaignCallback,
  createWithCallbacks,
  subscribeToCampaign,
} from '../../support/writing/callbacks.js';
import { documentedCampaign } from '../../fixtures/documented-answer.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { linesOf, type LogLine } from '../../support/gateway/log-lines.js';
import { postCallback, subscribe, transports, until } from '../../support/clients/subscribing.js';

const uuid = /^[\da-f]{8}-[\da-f]{4}-4[\da-f]{3}-[\da-f]{4}-[\da-f]{12}$/;
const count = '{ campaigns(first: 1) { totalCount } }';
const call = 'upstream call completed';

async function echoed({ url }: GatewayUnderTest, path: string, said?: string) {
  const headers = said === undefined ? {} : { 'x-request-id': said };
  const answer = await request(url + path, { headers });
  await answer.body.dump();
  return answer.headers['x-request-id'];
}

it.each(['/livez', '/graphql?query={__typename}', '/nowhere', '/webhooks/exotel/campaign/x', '/metrics'])(
  'every response has X-Request-Id: %s',
  async (path) => {
    const { gateway } = await setup();
    expect(await echoed(gateway, path, 'client.id-1')).toBe('client.id-1');
    expect(await echoed(gateway, path)).toMatch(uuid);
  },
);

it.each(['x'.repeat(65), 'two words', 'a"b', 'ä', '{}', 'a,b'])(
  'an invalid X-Request-Id is replaced: %s',
  async (said) => {
    const { gateway } = await setup();
    expect(await echoed(gateway, '/livez', said)).toMatch(uuid);
  },
);

it("each log line of a request has its requestId, and the upstream's ids", async () => {
  const { gateway } = await setup({ sandbox: { seed: 'demo' } });
  const sids = ['8c7383b9797443249d24781659939528', 'unknown'];
  const query = `{ ${sids.map((sid, at) => `c${at}: campaign(sid: "${sid}") { name messages(first: 1) { totalCount } }`).join(' ')} }`;
  await Promise.all(
    ['one', 'two', 'three'].map((id) =>
      ask(gateway, query.replaceAll('unknown', `unknown-${id}`), { headers: { 'x-request-id': id } }),
    ),
  );
  const calls = linesOf(gateway, call);
  expect(new Set(calls.map(({ requestId: id }) => id))).toEqual(new Set(['one', 'two', 'three']));
  for (const line of calls)
    expect(line).toMatchObject({
      route: expect.stringMatching(/^(list|get|messages)$/) as unknown,
      status: expect.any(Number) as unknown,
      attempt: 1,
      durationMs: expect.any(Number) as unknown,
      upstreamRequestId: expect.stringMatching(/^[\da-f]{32}$/) as unknown,
    });
  expect(
    linesOf(gateway, 'operation completed')
      .map(({ requestId: id }) => id)
      .sort(),
  ).toEqual(['one', 'three', 'two']);
});

it('a write is logged at info, with requestId and audit', async () => {
  const { gateway } = await setup({ gateway: { environment: { LOG_LEVEL: 'info' } } });
  await createdSid(gateway, diwali);
  const [, audit, operation, ...more] = linesOf(gateway) as [LogLine, LogLine, LogLine, ...LogLine[]];
  expect(audit).toMatchObject({ msg: 'campaign write', requestId: expect.stringMatching(uuid) as unknown });
  expect(operation).toMatchObject({
    msg: 'operation completed',
    requestId: audit.requestId,
    operation: { type: 'mutation', transport: 'http', outcome: 'ok' },
    upstreamCalls: 1,
  });
  expect(more).toEqual([]);
});

it('a request that is not an operation is logged with its requestId too', async () => {
  const { gateway } = await setup();
  const answer = await request(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'x-request-id': 'no-operation' },
    body: '{"query":""}',
  });
  await answer.body.dump();
  expect(answer.statusCode).toBe(400);
  expect(linesOf(gateway, 'operation completed')).toEqual([
    expect.objectContaining({ requestId: 'no-operation', codes: ['BAD_REQUEST'] }),
  ]);
});

it('each retry is logged with its attempt', async () => {
  const faults = [{ kind: 'html' } as const, { kind: 'reset' } as const];
  const { gateway } = await setup({ sandbox: { faults: () => faults.shift() } });
  await ask(gateway, count, { headers: { 'x-request-id': 'retried' } });
  const received = linesOf(gateway).filter(({ route }) => route === 'list');
  expect(
    received.map(({ attempt, status, reason, level, requestId: id }) => [attempt, status, reason, level, id]),
  ).toEqual([
    [1, 502, 'unavailable', 40, 'retried'],
    [2, undefined, 'unavailable', 40, 'retried'],
    [3, 200, undefined, 20, 'retried'],
  ]);
});

it('an invalid request id of the upstream is not logged', async () => {
  const { gateway } = await startScripted(() => {
    const { json } = answerOf(documentedCampaign({ sid: 'one' }));
    return { json: { ...json, request_id: 'two words and a "quote"' } };
  });
  await ask(gateway, '{ campaign(sid: "one") { name } }');
  expect(linesOf(gateway, call)).toHaveLength(1);
  expect(linesOf(gateway, call)[0]).not.toHaveProperty('upstreamRequestId');
  expect(requestId).toMatch(/^[\da-f]{32}$/);
});

describe('wrong credentials', () => {
  it('are logged once a minute, not for every request', async () => {
    const { gateway } = await startScripted(() => ({
      status: 401,
      json: { RestException: { Status: 401, Message: 'Authentication failed' } },
    }));
    for (const sid of ['a', 'b', 'c', 'd', 'e']) await ask(gateway, `{ campaign(sid: "${sid}") { name } }`);
    const errors = linesOf(gateway).filter(({ level }) => level >= 50);
    expect(errors).toHaveLength(1);
    expect(errors[0]?.msg).toContain('EXOTEL_API_KEY');
    expect(linesOf(gateway, call).length).toBeGreaterThanOrEqual(5);
  });
});

describe.each(transports)('over %s', (transport) => {
  it('each operation has its own requestId', async () => {
    const { gateway } = await setup({ sandbox: { seed: 'demo' } });
    for (const sid of ['unknown-1', 'unknown-2']) {
      const asked = await subscribe(
        gateway.url,
        transport,
        'query ($sid: ID!) { campaign(sid: $sid) { name } }',
        { sid },
      );
      await until(() => asked.hasEnded());
    }
    const received = linesOf(gateway, 'operation completed').filter(({ operation }) => {
      const { transport: over, type } = operation as Record<string, string>;
      return over === transport && type === 'query';
    });
    const ids = received.map(({ requestId: id }) => id);
    for (const id of ids) expect(id).toMatch(uuid);
    expect(new Set(ids).size).toBe(ids.length);
    const calls = linesOf(gateway, call).map(({ requestId: id }) => id);
    expect(calls).toHaveLength(2);
    for (const id of calls) expect(ids).toContain(id);
  });
});

it('reads after a callback belong to no trace', async () => {
  const { gateway } = await setup({ gateway: { environment: callbackSettings } });
  const { sid, campaignUrl } = await createWithCallbacks(gateway);
  await subscribeToCampaign(gateway, 'ws', sid);
  const before = linesOf(gateway, call).length;
  await postCallback(campaignUrl, campaignCallback(sid, 'in-progress'));
  await until(() => linesOf(gateway, call).length > before);
  expect(linesOf(gateway, call)[before]).not.toHaveProperty('requestId');
});
