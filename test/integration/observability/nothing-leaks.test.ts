import { afterEach, describe, expect, it } from '@jest/globals';
import { documentedCampaign, documentedMessage } from '../../fixtures/documented-answer.js';
import { createWithCallbacks } from '../../support/writing/callbacks.js';
import { emittedBy, leaks, personal, secrets } from '../../support/hostile/canaries.js';
import { type Collector, startCollector } from '../../support/programs/collector.js';
import { answerOf } from '../../support/writing/creating.js';
import {
  callBackWrongly,
  doEverythingWrong,
  subscribeForRouters,
} from '../../support/hostile/everything-wrong.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { describeWithRedis, startRedis } from '../../support/programs/redis.js';
import {
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../../support/upstream/scripted-upstream.js';
import { scrape } from '../../support/gateway/scraping.js';
import { leaveAll } from '../../support/clients/subscribing.js';

let upstream: ScriptedUpstream;
let gateway: GatewayUnderTest;
let collector: Collector;

async function behind(script: Script, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  upstream = await startScriptedUpstream(script);
  collector = await startCollector();
  const settings = {
    LOG_LEVEL: 'trace',
    EXOTEL_API_KEY: secrets.apiKey,
    EXOTEL_API_TOKEN: secrets.apiToken,
    EXOTEL_TIMEOUT_MS: '100',
    WEBHOOK_SECRET: secrets.webhookSecret,
    PUBLIC_URL: 'http://127.0.0.1:4999',
    METRICS_TOKEN: secrets.metricsToken,
    OTEL_EXPORTER_OTLP_ENDPOINT: collector.endpoint,
    ...environment,
  };
  gateway = await startGatewayOn(upstream.baseUrl, settings, Date.now, () => Promise.resolve(), {
    random: () => 0,
  });
}
afterEach(async () => {
  await gateway.close();
  await upstream.close();
  await collector.close();
});

/** Everything emitted until the gateway is closed, and what of it should not be there. */
async function leaked(answers: readonly string[], more: Readonly<Record<string, string>> = {}) {
  const { text } = await scrape(gateway, secrets.metricsToken);
  await leaveAll();
  await gateway.close();
  const emitted = emittedBy(gateway, collector, text, answers);
  expect(emitted.logs).toContain('operation completed'); // there is something to be looked at
  expect(emitted.metrics).toContain('campaign_gateway_operations_total');
  return { emitted, found: leaks(emitted, more) };
}

const { upstreamWords } = secrets;
const { number, body, template, name } = personal;
const failedItem = (status: number, code: number) => ({
  request_id: 'r1',
  http_code: status,
  response: {
    code: status,
    status: 'failure',
    data: null,
    error_data: { code, message: upstreamWords, description: `${upstreamWords} ${number} ${template}` },
  },
});
const campaign = (changes: Record<string, unknown> = {}) =>
  documentedCampaign({
    sid: 'one',
    name,
    template: `${template} ${number}`,
    status: 'in-progress',
    ...changes,
  });
const messages = answerOf([documentedMessage({ number: `+${number}`, body, name: 'Asha' })]);
const ofMessages = (target: string): boolean => target.includes('message-details');

/** Whatever an upstream may do. The authorization that it was sent comes back in many of its answers. */
const cases: readonly (readonly [what: string, script: Script])[] = [
  [
    'answers well',
    ({ target, method }) =>
      ofMessages(target) ? messages : answerOf(method === 'GET' ? [campaign()] : campaign()),
  ],
  ['refuses the credentials', () => ({ status: 401, json: failedItem(401, 1010) })],
  [
    'refuses them as older layers do',
    ({ headers }) => ({
      status: 401,
      json: { RestException: { Status: 401, Message: `${upstreamWords} ${headers.authorization}` } },
    }),
  ],
  ['forbids', () => ({ status: 403, json: failedItem(403, 1003) })],
  ['knows nothing', () => ({ status: 404, json: failedItem(404, 1000) })],
  ['finds parameters invalid', () => ({ status: 400, json: failedItem(400, 1002) })],
  ['fails items within a 200', () => ({ json: failedItem(409, 1008) })],
  [
    'is over its limit',
    (_, response) => void response.writeHead(429, { 'retry-after': '30' }).end(upstreamWords),
  ],
  ['is failing', ({ headers }) => ({ status: 500, json: { message: upstreamWords, headers } })],
  [
    'is a proxy’s page',
    (_, response) =>
      void response.writeHead(502, { 'content-type': 'text/html' }).end(`<h1>${upstreamWords}</h1>`),
  ],
  ['answers garbage', (_, response) => void response.end(`{"response": [ "${upstreamWords} ${number}`)],
  ['answers no envelope', ({ headers }) => ({ json: { [upstreamWords]: headers } })],
  ['hangs', () => undefined],
  ['breaks the connection', (_, response) => void response.destroy()],
  [
    'sends elsewhere',
    (_, response) => void response.writeHead(302, { location: `http://127.0.0.1:9/${upstreamWords}` }).end(),
  ],
  [
    'answers what its document does not have',
    ({ target }) =>
      ofMessages(target)
        ? answerOf([
            documentedMessage({ number: `+${number}`, body, status: upstreamWords, [`n${number}`]: number }),
          ])
        : answerOf([
            campaign({
              status: 'new',
              priority: upstreamWords,
              [`+${number}`]: body,
              [`${upstreamWords} ${number}`]: 1,
              lists: template,
            }),
          ]),
  ],
  [
    'answers rows that can’t be read',
    ({ target }) =>
      answerOf([ofMessages(target) ? { number, body } : { sid: 'one', name, template: { text: template } }]),
  ],
];

describe('no secret and no personal data in logs, metrics, traces or errors if an upstream', () => {
  it.each(cases)('%s', async (_what, script) => {
    await behind(script);
    const answers = await doEverythingWrong(gateway.url);
    const { emitted, found } = await leaked(answers);
    expect(found).toEqual([]);
    // All of it went through: to the upstream that it is meant for.
    const sent = JSON.stringify(upstream.seen);
    for (const canary of [secrets.basic, template, number, name, personal.list])
      expect(sent).toContain(canary);
    expect(emitted.traces).toContain('message-campaigns');
  });
});

it('no token of a webhook address in them, for any callback', async () => {
  let created = {};
  await behind(({ body: said, method, target }) => {
    if (method === 'POST') created = JSON.parse(said) as Record<string, unknown>;
    const row = campaign({ ...created, status: 'created' });
    return answerOf(method === 'POST' || target.endsWith('/one') ? row : [row]);
  });
  const { sid, campaignUrl, messageUrl } = await createWithCallbacks(gateway);
  const tokenOf = (url: string): string => url.slice(url.lastIndexOf('/') + 1);
  expect(tokenOf(messageUrl).length).toBeGreaterThan(40);
  const answers = await callBackWrongly(campaignUrl, messageUrl, sid);
  const { found } = await leaked(answers, { campaign: tokenOf(campaignUrl), message: tokenOf(messageUrl) });
  expect(found).toEqual([]);
});

it('no router URL in them if a router is unreachable or its host name does not resolve', async () => {
  await behind(() => answerOf([campaign()]));
  const answers = await subscribeForRouters(gateway.url);
  const { emitted, found } = await leaked(answers);
  expect(found).toEqual([]);
  expect(emitted.logs).toContain('a router did not confirm a subscription');
});

it('no URL in them if Redis and the trace collector are unreachable', async () => {
  await behind(() => answerOf([campaign()]), {
    REDIS_URL: `redis://user:${secrets.redisPassword}@127.0.0.1:9`,
    OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
  });
  const answers = await doEverythingWrong(gateway.url);
  const { emitted, found } = await leaked(answers);
  expect(found).toEqual([]);
  expect(emitted.logs).toContain('Redis cannot be used');
  expect(emitted.logs).toContain('traces cannot be exported');
});

describeWithRedis('a Redis that refuses the password', () => {
  it('is logged without the password', async () => {
    const redis = await startRedis();
    await behind(() => answerOf([campaign()]), {
      REDIS_URL: redis.url.replace('redis://', `redis://user:${secrets.redisPassword}@`),
    });
    const answers = await doEverythingWrong(gateway.url);
    const { emitted, found } = await leaked(answers);
    await redis.stop();
    expect(found).toEqual([]);
    expect(emitted.logs).toContain('Redis cannot be used');
  });
});
