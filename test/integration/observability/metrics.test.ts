import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { ask } from '../../support/clients/ask.js';
import {
  callbackSettings,
  campaignCallback,
  createWithCallbacks,
  subscribeToCampaign,
} from '../../support/writing/callbacks.js';
import { createdSid, diwali, keyed } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { scrape } from '../../support/gateway/scraping.js';
import { postCallback, transports, until } from '../../support/clients/subscribing.js';

const count = '{ campaigns(first: 1) { totalCount } }';

it('operations are counted by type and outcome, and errors by code', async () => {
  const { gateway } = await setup();
  await ask(gateway, count);
  await ask(gateway, '{ nothing }');
  await ask(gateway, '{ campaign(sid: "..") { name } }');
  await ask(gateway, '{ campaign(sid: "..") { name } campaigns(first: 1) { totalCount } }');
  await request(`${gateway.url}/graphql`, { method: 'POST', body: 'no JSON' }).then(({ body }) =>
    body.dump(),
  );
  const { value } = await scrape(gateway);
  const operations = (labels: Record<string, string>) => value('campaign_gateway_operations_total', labels);
  expect(operations({ type: 'query', transport: 'http', outcome: 'ok' })).toBe(1);
  expect(operations({ type: 'query', transport: 'http', outcome: 'partial' })).toBe(1);
  expect(operations({ type: 'query', transport: 'http', outcome: 'failed' })).toBe(1);
  expect(operations({ type: 'unknown', outcome: 'failed' })).toBe(1);
  expect(value('campaign_gateway_errors_total', { code: 'GRAPHQL_VALIDATION_FAILED' })).toBe(1);
  expect(value('campaign_gateway_errors_total', { code: 'BAD_USER_INPUT' })).toBe(2);
  expect(value('campaign_gateway_errors_total', { code: 'INTERNAL_SERVER_ERROR' })).toBe(0);
  expect(value('campaign_gateway_operation_duration_seconds_count', { type: 'query' })).toBe(3);
  expect(value('campaign_gateway_http_requests_total', { endpoint: '/graphql', status: '2xx' })).toBe(3);
  expect(value('campaign_gateway_http_requests_total', { endpoint: '/graphql', status: '4xx' })).toBe(2);
});

it('upstream calls are counted by route, status and reason, with retries', async () => {
  const faults: (Fault | undefined)[] = [{ kind: 'html' }, { kind: 'reset' }];
  const { gateway, sandbox } = await setup({ sandbox: { faults: () => faults.shift() } });
  await ask(gateway, count);
  const sid = await createdSid(gateway, diwali);
  await ask(gateway, `{ campaign(sid: "${sid}") { stats { total } messages(first: 1) { totalCount } } }`);
  await ask(gateway, '{ campaign(sid: "unknown") { name } }');
  await ask(gateway, `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`);
  const { value } = await scrape(gateway);
  const calls = (labels: Record<string, string>) => value('campaign_gateway_upstream_calls_total', labels);
  expect(calls({ route: 'list', status: '502', reason: 'unavailable' })).toBe(1);
  expect(calls({ route: 'list', status: 'none', reason: 'unavailable' })).toBe(1);
  expect(calls({ route: 'list', status: '200', reason: 'ok' })).toBeGreaterThanOrEqual(1);
  expect(calls({ route: 'create', status: '200', reason: 'ok' })).toBe(1);
  expect(calls({ route: 'messages', reason: 'ok' })).toBe(1);
  expect(calls({ route: 'get', status: '404', reason: 'notFound' })).toBe(1);
  expect(calls({ route: 'action', reason: 'ok' })).toBe(1);
  expect(calls({})).toBe(sandbox.calls.length);
  expect(value('campaign_gateway_upstream_retries_total', { route: 'list' })).toBe(2);
  expect(value('campaign_gateway_upstream_call_duration_seconds_count')).toBe(sandbox.calls.length);
});

it('reads are counted by source, and cache entries by kind', async () => {
  let isDown = false;
  let now = Date.now();
  const faults = (): Fault | undefined => (isDown ? { kind: 'status', status: 500 } : undefined);
  const { gateway } = await setup({ sandbox: { seed: 'demo', faults }, gateway: { now: () => now } });
  await Promise.all([ask(gateway, count), ask(gateway, count), ask(gateway, count)]);
  await ask(gateway, `${count} # in other words: the very same is answered without a read`);
  isDown = true;
  now += 60_000;
  await ask(gateway, count);
  const { value } = await scrape(gateway);
  const reads = (outcome: string) => value('campaign_gateway_reads_total', { kind: 'campaigns', outcome });
  expect(reads('miss')).toBe(1);
  expect((reads('hit') ?? 0) + (reads('joined') ?? 0)).toBe(3);
  expect(reads('hit')).toBeGreaterThanOrEqual(1);
  expect(reads('stale')).toBe(1);
  expect(value('campaign_gateway_cache_entries', { kind: 'campaigns' })).toBe(1);
  expect(value('campaign_gateway_cache_entries', { kind: 'campaign' })).toBe(50);
  expect(value('campaign_gateway_cache_bytes', { kind: 'campaigns' })).toBeGreaterThan(1000);
});

it('gauges of the rate limit and the circuit breaker have their values at the scrape', async () => {
  let isDown = false;
  const faults = (): Fault | undefined => (isDown ? { kind: 'reset' } : undefined);
  const { gateway } = await setup({
    sandbox: { faults },
    gateway: { environment: { EXOTEL_RATE_LIMIT: '100' } },
  });
  await ask(gateway, count);
  const before = await scrape(gateway);
  expect(before.value('campaign_gateway_upstream_budget_limit_calls')).toBe(100);
  expect(before.value('campaign_gateway_upstream_budget_left_calls')).toBe(99);
  expect(before.value('campaign_gateway_upstream_budget_in_flight_calls')).toBe(0);
  expect(before.value('campaign_gateway_upstream_budget_queued_calls')).toBe(0);
  expect(before.value('campaign_gateway_upstream_breaker_state', { state: 'closed' })).toBe(1);
  isDown = true;
  for (const sid of ['a', 'b', 'c', 'd']) await ask(gateway, `{ campaign(sid: "${sid}") { name } }`);
  const after = await scrape(gateway);
  expect(after.value('campaign_gateway_upstream_breaker_state', { state: 'closed' })).toBe(0);
  expect(after.value('campaign_gateway_upstream_breaker_state', { state: 'open' })).toBe(1);
});

it('writes are counted by outcome', async () => {
  const { gateway, sandbox } = await setup();
  await createdSid(gateway, keyed);
  await createdSid(gateway, keyed);
  await ask(gateway, 'mutation { pauseCampaign(sid: "unknown") { userErrors { code } } }');
  expect(sandbox.state.campaigns()).toHaveLength(1);
  const { value } = await scrape(gateway);
  const writes = (what: string, outcome: string) => value('campaign_gateway_writes_total', { what, outcome });
  expect(writes('CREATE', 'done')).toBe(1);
  expect(writes('CREATE', 'replayed')).toBe(1);
  expect(writes('CREATE', 'unknown')).toBe(0);
  expect(writes('PAUSE', 'refused')).toBe(1);
});

describe('live metrics', () => {
  it.each(transports)('subscriptions over %s are counted while they are open', async (transport) => {
    const { gateway } = await setup({ gateway: { environment: callbackSettings } });
    const { sid } = await createWithCallbacks(gateway);
    const open = async () =>
      (await scrape(gateway)).value('campaign_gateway_subscriptions_open', {
        transport,
        field: 'campaignUpdated',
      });
    const subscriber = await subscribeToCampaign(gateway, transport, sid);
    expect(await open()).toBe(1);
    await ask(gateway, `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`);
    await subscriber.next(1);
    const { value } = await scrape(gateway);
    expect(
      value('campaign_gateway_events_published_total', { field: 'campaignUpdated' }),
    ).toBeGreaterThanOrEqual(1);
    expect(
      value('campaign_gateway_operations_total', { type: 'subscription', transport, outcome: 'ok' }),
    ).toBeGreaterThanOrEqual(1);
    await subscriber.close();
    await until(async () => (await open()) === 0, 60_000, 'the end');
  });

  it('callbacks are counted by kind and verdict', async () => {
    const { gateway } = await setup({ gateway: { environment: callbackSettings } });
    const { sid, campaignUrl, messageUrl } = await createWithCallbacks(gateway);
    await postCallback(campaignUrl, campaignCallback(sid, 'in-progress'));
    await postCallback(`${messageUrl.slice(0, -6)}forged`, campaignCallback(sid, 'in-progress'));
    await postCallback(messageUrl, 'nothing');
    await postCallback(messageUrl, 'x'.repeat(20_000));
    const { value } = await scrape(gateway);
    const webhooks = (kind: string, verdict: string) =>
      value('campaign_gateway_webhooks_total', { kind, verdict });
    expect(webhooks('campaign', 'accepted')).toBe(1);
    expect(webhooks('message', 'unknownAddress')).toBe(1);
    expect(webhooks('message', 'malformed')).toBe(1);
    expect(webhooks('message', 'refused')).toBe(1);
  });
});
