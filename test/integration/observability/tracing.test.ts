import { afterEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { spanContextOf } from '../../../src/telemetry/otlp-spans.js';
import { ask } from '../../support/clients/ask.js';
import { type Collector, type SentSpan, startCollector } from '../../support/programs/collector.js';
import { setup, type SetupOptions } from '../../support/gateway/setup.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { subscribe, until } from '../../support/clients/subscribing.js';

const collectors: Collector[] = [];
afterEach(async () => {
  for (const collector of collectors.splice(0)) await collector.close();
});

async function traced({ sandbox, gateway }: SetupOptions = {}) {
  const collector = await startCollector();
  collectors.push(collector);
  const environment = {
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    OTEL_SERVICE_NAME: 'gateway-of-acme',
    ...gateway?.environment,
  };
  return {
    collector,
    ...(await setup({ sandbox: { seed: 'demo', ...sandbox }, gateway: { ...gateway, environment } })),
  };
}

const sid = '8c7383b9797443249d24781659939528';
const isOperation = ({ attributes }: SentSpan): boolean => 'campaign_gateway.transport' in attributes;
const query = `query TheCampaign { campaign(sid: "${sid}") { name messages(first: 1) { totalCount } } }`;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = (flags: string) => `00-${traceId}-00f067aa0ba902b7-${flags}`;

describe('a trace', () => {
  it('has the operation as a child of the caller’s span, and upstream calls as children of the operation', async () => {
    const { collector, gateway } = await traced();
    await ask(gateway, query, { headers: { traceparent: traceparent('01'), 'x-request-id': 'traced' } });
    await gateway.close(); // sends what there is
    const spans = collector.spans();
    const [operation] = spans.filter(isOperation);
    expect(operation).toMatchObject({
      traceId,
      parentSpanId: '00f067aa0ba902b7',
      attributes: {
        'graphql.operation.type': 'query',
        'graphql.operation.name': 'TheCampaign',
        'campaign_gateway.request_id': 'traced',
        'campaign_gateway.transport': 'http',
      },
    });
    const calls = spans.filter((span) => !isOperation(span));
    const root = '/v2/accounts/{account_sid}/message-campaigns';
    expect(calls.map(({ name }) => name).sort()).toEqual([
      `GET ${root}/{id}`,
      `GET ${root}/{id}/message-details`,
    ]);
    for (const call of calls)
      expect(call).toMatchObject({
        traceId,
        parentSpanId: operation?.spanId,
        attributes: { 'http.request.method': 'GET' },
      });
    const ids = linesOf(gateway, 'upstream call completed').map(({ upstreamRequestId }) => upstreamRequestId);
    expect(calls.map(({ attributes }) => attributes['exotel.request_id']).sort()).toEqual(ids.sort());
    expect(collector.bodies.join('')).toContain('gateway-of-acme');
    expect(collector.bodies.join('')).not.toContain(sid);
  });

  it('starts without a traceparent, and is not recorded if the caller does not sample', async () => {
    const { collector, gateway } = await traced();
    await ask(gateway, query);
    await ask(gateway, '{ campaigns(first: 1) { totalCount } }', {
      headers: { traceparent: traceparent('00') },
    });
    await gateway.close();
    const operations = collector.spans().filter(isOperation);
    expect(operations).toHaveLength(1);
    expect(operations[0]?.traceId).not.toBe(traceId);
    expect(operations[0]?.parentSpanId ?? '').toBe('');
  });

  it('has error.type from a closed set, and the attempt', async () => {
    const faults: (Fault | undefined)[] = [{ kind: 'html' }, { kind: 'reset' }, { kind: 'html' }];
    const { collector, gateway } = await traced({ sandbox: { faults: () => faults.shift() } });
    await ask(gateway, '{ campaigns(first: 1) { totalCount } }');
    await gateway.close();
    const spans = collector.spans();
    const [operation] = spans.filter(isOperation);
    expect(operation).toMatchObject({
      status: { code: 2 },
      attributes: { 'error.type': 'UPSTREAM_UNAVAILABLE' },
    });
    const calls = spans.filter((span) => !isOperation(span)).map(({ attributes }) => attributes);
    expect(
      calls.map((call) => [
        call['http.response.status_code'],
        call['error.type'],
        call['http.request.resend_count'],
      ]),
    ).toEqual([
      [502, 'unavailable', undefined],
      [undefined, 'unavailable', 1],
      [502, 'unavailable', 2],
    ]);
  });

  it.each(['ws', 'sse'] as const)('is recorded for operations over %s', async (transport) => {
    const { collector, gateway } = await traced();
    const asked = await subscribe(gateway.url, transport, query);
    await until(() => asked.hasEnded());
    await gateway.close();
    const spans = collector.spans();
    const operation = spans.find(
      ({ attributes }) =>
        attributes['graphql.operation.name'] === 'TheCampaign' &&
        attributes['campaign_gateway.transport'] === transport,
    );
    const calls = spans.filter(({ parentSpanId }) => parentSpanId === operation?.spanId);
    expect(calls).toHaveLength(2);
  });
});

describe('a collector that', () => {
  it('is unreachable breaks nothing, and is logged once, with host and error code', async () => {
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9' };
    const { gateway } = await setup({ sandbox: { seed: 'demo' }, gateway: { environment } });
    expect((await ask(gateway, query)).errors).toBeUndefined();
    await gateway.close();
    const received = linesOf(gateway).filter(({ msg }) => msg.startsWith('traces cannot be exported'));
    expect(received).toEqual([
      expect.objectContaining({ level: 40, host: '127.0.0.1:9', errorCode: 'ECONNREFUSED' }),
    ]);
  });

  it.each([
    [400, 'HTTP 400'],
    [503, 'HTTP 429, 502, 503 or 504'],
    ['hangs', 'ETIMEDOUT'],
  ] as const)('answers %s is logged with the error code %s', async (answer, errorCode) => {
    const collector = await startCollector(answer);
    collectors.push(collector);
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const { gateway } = await setup({ sandbox: { seed: 'demo' }, gateway: { environment } });
    await ask(gateway, query);
    const logged = () => linesOf(gateway).find(({ msg }) => msg.startsWith('traces cannot be exported'));
    await until(() => logged() !== undefined);
    expect(logged()).toMatchObject({ errorCode });
    await gateway.close();
  });

  it('hangs does not keep the gateway from closing', async () => {
    const collector = await startCollector('hangs');
    collectors.push(collector);
    const environment = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const { gateway } = await setup({ sandbox: { seed: 'demo' }, gateway: { environment } });
    expect((await ask(gateway, query)).errors).toBeUndefined();
    await gateway.close();
    expect(collector.bodies).toHaveLength(1);
  });
});

it('without OTEL_EXPORTER_OTLP_ENDPOINT, no traces are sent', async () => {
  const collector = await startCollector();
  collectors.push(collector);
  const { gateway } = await setup({ sandbox: { seed: 'demo' } });
  await ask(gateway, query, { headers: { traceparent: traceparent('01') } });
  await gateway.close();
  expect(collector.bodies).toEqual([]);
});

describe('a traceparent', () => {
  it.each([
    [traceparent('01'), { traceId, spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true }],
    [traceparent('00'), { traceId, spanId: '00f067aa0ba902b7', traceFlags: 0, isRemote: true }],
    [
      `cc${traceparent('01').slice(2)}-more`,
      { traceId, spanId: '00f067aa0ba902b7', traceFlags: 1, isRemote: true },
    ],
    [`${traceparent('01')}-more`, undefined],
    [`ff${traceparent('01').slice(2)}`, undefined],
    [traceparent('01').replace(traceId, '0'.repeat(32)), undefined],
    [traceparent('01').toUpperCase(), undefined],
    ['', undefined],
    [undefined, undefined],
  ])('%s', (said, context) => {
    expect(spanContextOf(said)).toEqual(context);
  });
});
