import { describe, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { type Collector, type SentSpan, startCollector } from '../../support/programs/collector.js';
import { answerOf, diwali, createdSid } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { documentedCampaign } from '../../fixtures/documented-answer.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { type SeenRequest, startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';
import { leaveAll, subscribe } from '../../support/clients/subscribing.js';

const sid = '8c7383b9797443249d24781659939528';
const query = `query TheCampaign { campaign(sid: "${sid}") { name } }`;
const traceId = '4bf92f3577b34da6a3ce929d0e0e4736';
const traceparent = `00-${traceId}-00f067aa0ba902b7-01`;
const [server, client] = [2, 3];

/** Runs a test with a gateway whose traces are collected; returns the spans. */
async function spansOf(
  use: (gateway: GatewayUnderTest) => Promise<unknown>,
  environment: Readonly<Record<string, string>> = {},
): Promise<{ readonly collector: Collector; readonly spans: readonly SentSpan[]; readonly baseUrl: string }> {
  const collector = await startCollector();
  const { gateway, sandbox } = await setup({
    sandbox: { seed: 'demo' },
    gateway: { environment: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint, ...environment } },
  });
  await use(gateway);
  await leaveAll();
  await gateway.close(); // exports the rest
  await collector.close();
  return { collector, spans: collector.spans(), baseUrl: sandbox.baseUrl };
}

describe('spans follow the semantic conventions of OpenTelemetry:', () => {
  it('an operation is a server span with the name of its type', async () => {
    const { spans } = await spansOf(async (gateway) => {
      await ask(gateway, query);
      const created = await createdSid(gateway, diwali);
      await subscribe(gateway.url, 'sse', `subscription { campaignUpdated(sid: "${created}") { status } }`);
    });
    const operations = spans.filter(({ kind }) => kind === server);
    expect(operations.map(({ name }) => name)).toEqual(['query', 'mutation', 'subscription']);
    expect(operations.map(({ attributes }) => attributes['graphql.operation.type'])).toEqual([
      'query',
      'mutation',
      'subscription',
    ]);
    expect(operations[0]?.attributes['graphql.operation.name']).toBe('TheCampaign');
    for (const { status } of operations) expect(status.code ?? 0).toBe(0);
  });

  it('a refused document has no type, and a mistake of the client is not a failure of the server', async () => {
    const { spans } = await spansOf((gateway) =>
      gateway.send({ query: '{ nothing }', operationName: 'Dashboard' }),
    );
    const [refused] = spans;
    expect(refused).toMatchObject({ name: 'GraphQL Operation', kind: server });
    expect(refused?.attributes).toMatchObject({
      'graphql.operation.name': 'Dashboard',
      'error.type': 'GRAPHQL_VALIDATION_FAILED',
    });
    expect(refused?.attributes).not.toHaveProperty('graphql.operation.type');
    expect(refused?.status.code ?? 0).toBe(0);
  });

  it('a call is a client span with its server, and a URL without ids', async () => {
    const { spans, baseUrl } = await spansOf((gateway) => ask(gateway, query));
    const [call, ...more] = spans.filter(({ kind }) => kind === client);
    expect(more).toEqual([]);
    expect(call?.name).toBe('GET /v2/accounts/{account_sid}/message-campaigns/{id}');
    expect(call?.attributes).toMatchObject({
      'http.request.method': 'GET',
      'http.response.status_code': expect.anything() as unknown,
      'server.address': '127.0.0.1',
      'url.full': `${baseUrl}/v2/accounts/REDACTED/message-campaigns/REDACTED`,
      'url.template': '/v2/accounts/{account_sid}/message-campaigns/{id}',
    });
    expect(Number(call?.attributes['server.port'])).toBe(Number(new URL(baseUrl).port));
  });

  it('the resource has the name, the version and the instance of the service, and what the operator adds', async () => {
    const { collector } = await spansOf((gateway) => ask(gateway, query), {
      OTEL_SERVICE_NAME: 'gateway-of-acme',
      OTEL_RESOURCE_ATTRIBUTES:
        'deployment.environment.name=production, team = a%2Cb%3Dc ,service.name=another,',
    });
    expect(collector.resource()).toMatchObject({
      'service.name': 'gateway-of-acme',
      'service.version': expect.stringMatching(/^\d+\.\d+\.\d+/) as unknown,
      'service.instance.id': expect.stringMatching(/^[\da-f-]{36}$/) as unknown,
      'telemetry.sdk.language': 'nodejs',
      'deployment.environment.name': 'production',
      team: 'a,b=c',
    });
  });

  it('a service.name among the attributes is used without OTEL_SERVICE_NAME', async () => {
    const { collector } = await spansOf((gateway) => ask(gateway, query), {
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=of-the-attributes',
    });
    expect(collector.resource()['service.name']).toBe('of-the-attributes');
  });
});

describe('a sampler', () => {
  const sampled = async (sampler: string, argument?: string, headers: Record<string, string> = {}) => {
    const { spans } = await spansOf(
      async (gateway) => {
        for (let time = 0; time < 20; time += 1) await ask(gateway, '{ __typename }', { headers });
      },
      { OTEL_TRACES_SAMPLER: sampler, ...(argument !== undefined && { OTEL_TRACES_SAMPLER_ARG: argument }) },
    );
    return spans.length;
  };
  const not = { traceparent: `${traceparent.slice(0, -1)}0` };

  it.each<[string, string | undefined, number]>([
    ['always_on', undefined, 20],
    ['ALWAYS_OFF', undefined, 0],
    ['parentbased_always_off', undefined, 0],
    ['traceidratio', '1', 20],
    ['parentbased_traceidratio', '0', 0],
    ['parentbased_traceidratio', undefined, 20],
  ])('%s with %s', async (sampler, argument, spans) => {
    expect(await sampled(sampler, argument)).toBe(spans);
  });

  it('parentbased_… follows the caller, the others do not', async () => {
    expect(await sampled('parentbased_always_on', undefined, not)).toBe(0);
    expect(await sampled('always_on', undefined, not)).toBe(20);
    expect(await sampled('parentbased_always_off', undefined, { traceparent })).toBe(20);
  });
});

describe('the trace continues at the upstream', () => {
  const seenBy = async (headers: Record<string, string>, isTraced = true) => {
    const collector = await startCollector();
    const upstream = await startScriptedUpstream(() => answerOf([documentedCampaign()]));
    const traced = { OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint };
    const gateway = await startGatewayOn(upstream.baseUrl, isTraced ? traced : {});
    await ask(gateway, '{ campaigns(first: 1) { totalCount } }', { headers });
    await gateway.close();
    await upstream.close();
    await collector.close();
    const [{ headers: sent }] = upstream.seen as [SeenRequest];
    return { sent, call: collector.spans().find(({ kind }) => kind === client) };
  };

  it('with traceparent and tracestate', async () => {
    const tracestate = 'congo=t61rcWkgMzE,rojo=00f067aa0ba902b7';
    const { sent, call } = await seenBy({ traceparent, tracestate });
    expect(sent['traceparent']).toBe(`00-${traceId}-${call?.spanId}-01`);
    expect(sent['tracestate']).toBe(tracestate);
    expect(call?.traceState).toBe(tracestate);
  });

  it.each([
    ['without a tracestate', { traceparent }],
    ['with an invalid one', { traceparent, tracestate: 'no state, =x' }],
    ['with one that is too long', { traceparent, tracestate: `a=${'b'.repeat(600)}` }],
    ['with one but no traceparent', { tracestate: 'congo=t61rcWkgMzE' }],
  ])('%s, without it', async (_what, headers) => {
    const { sent, call } = await seenBy(headers);
    expect(sent['traceparent']).toBe(`00-${call?.traceId}-${call?.spanId}-01`);
    expect(sent).not.toHaveProperty('tracestate');
  });

  it('only if traces are exported', async () => {
    const { sent } = await seenBy({ traceparent, tracestate: 'congo=t61rcWkgMzE' }, false);
    expect(sent).not.toHaveProperty('traceparent');
    expect(sent).not.toHaveProperty('tracestate');
  });
});
