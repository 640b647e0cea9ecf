import { describe, expect, it } from '@jest/globals';
import { DriftWatch } from '../../../src/datasources/exotel/drift/drift-watch.js';
import { type DriftRoute, type Route } from '../../../src/domain/telemetry.js';
import { campaignFields } from '../../../src/datasources/exotel/wire/campaign.js';
import { messageFields } from '../../../src/datasources/exotel/wire/message.js';
import { documentedAnswer, documentedCampaign, documentedMessage } from '../../fixtures/documented-answer.js';
import { ask } from '../../support/clients/ask.js';
import {
  callbackSettings,
  campaignCallback,
  createWithCallbacks,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { answerOf } from '../../support/writing/creating.js';
import { setup, startScripted } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { scrape } from '../../support/gateway/scraping.js';
import { postCallback } from '../../support/clients/subscribing.js';

const received = 'upstream response differs from its documentation';
const toldOf = (gateway: GatewayUnderTest) => linesOf(gateway, received).map(({ drift }) => drift);

/** What a watch tells, as `route kind path`. */
function watching() {
  const seen: string[] = [];
  const watch = new DriftWatch({
    driftFound: (route: DriftRoute, { kind, path }) => void seen.push(`${route} ${kind} ${path}`),
  });
  return { watch, seen };
}

describe("the document's own examples are not drift", () => {
  it.each(['create', 'get', 'update', 'list', 'messages'] as const)('%s', (name) => {
    const { watch, seen } = watching();
    const route: Route = name;
    const fields = route === 'messages' ? messageFields : campaignFields;
    watch.look(route, 200, documentedAnswer(name), undefined, fields);
    expect(seen).toEqual([]);
  });

  it('responses of older layers, proxies and refusals are not drift', () => {
    const { watch, seen } = watching();
    watch.look('list', 429, { RestException: { Status: 429, Message: 'no', Code: 1 } });
    watch.look('list', 502, undefined);
    watch.look('get', 404, {
      request_id: 'r',
      method: 'GET',
      http_code: 404,
      response: {
        code: 404,
        status: 'failure',
        data: null,
        error_data: { code: 1000, message: 'no', description: 'no' },
      },
    });
    expect(seen).toEqual([]);
  });
});

describe('undocumented content is drift', () => {
  const one = (data: unknown) => ({ request_id: 'r', response: { code: 200, status: 'success', data } });
  it.each<[what: string, body: unknown, found: string[]]>([
    ['a key', one(documentedCampaign({ priority: 'high' })), ['get key response.data.priority']],
    [
      'a key deep inside',
      one(documentedCampaign({ stats: { sent: 1, 'failed-blocked': 2 } })),
      ['get key response.data.stats.failed-blocked'],
    ],
    ['a status', one(documentedCampaign({ status: 'throttled' })), ['get status response.data.status']],
    ['another type', one(documentedCampaign({ lists: 'a,b' })), ['get shape response.data.lists']],
    [
      'a number as text',
      one(documentedCampaign({ estimated_cost: '1.5' })),
      ['get shape response.data.estimated_cost'],
    ],
    [
      'an object for a text',
      one(documentedCampaign({ name: { en: 'x' } })),
      ['get shape response.data.name'],
    ],
    ['a key of the envelope', { ...one(null), trace: 'x' }, ['get key trace']],
    ['a success with no envelope', { campaigns: [] }, ['get shape ']],
    ['a success that is no JSON', undefined, ['get shape ']],
  ])('%s', (_what, body, found) => {
    const { watch, seen } = watching();
    watch.look('get', 200, body);
    expect(seen).toEqual(found);
  });

  it('in messages, counted once for each response, however many rows have it', () => {
    const { watch, seen } = watching();
    const item = { code: 200, status: 'success', data: documentedMessage({ segments: 2 }) };
    const answer = { request_id: 'r', response: [item, item, item] };
    watch.look('messages', 200, answer, undefined, messageFields);
    watch.look('messages', 200, answer, undefined, messageFields);
    expect(seen).toEqual(Array(2).fill('messages key response[].data.segments'));
  });

  it('and a key that may be a phone number or an id is not shown', () => {
    const { watch, seen } = watching();
    for (const key of ['+919876543210', 'n9876543210', 'a sentence', 'x'.repeat(41), '__proto__" \n'])
      watch.look('get', 200, one({ ...documentedCampaign(), [key]: 1 }));
    expect(new Set(seen)).toEqual(new Set(['get key response.data.(unprintable)']));
  });
});

describe('through a gateway', () => {
  it("the sandbox's responses and callbacks are not drift", async () => {
    const { gateway } = await setup({
      sandbox: { seed: 'demo' },
      gateway: { environment: callbackSettings },
    });
    await ask(gateway, '{ campaigns(first: 100) { nodes { name messages(first: 1) { totalCount } } } }', {
      headers: { 'cache-control': 'no-cache' },
    });
    const { sid, campaignUrl, messageUrl } = await createWithCallbacks(gateway);
    await postCallback(campaignUrl, campaignCallback(sid, 'in-progress'));
    await postCallback(messageUrl, messageCallback(sid, 'm1', 'Failed_Expired'), { form: true });
    await ask(gateway, `mutation { pauseCampaign(sid: "${sid}") { userErrors { code } } }`);
    await ask(gateway, '{ campaign(sid: "no-such-campaign") { name } }');
    expect(toldOf(gateway)).toEqual([]);
    expect((await scrape(gateway)).value('campaign_gateway_upstream_drift_total')).toBe(0);
  });

  it('drift is logged once, counted each time, and breaks nothing', async () => {
    const campaign = documentedCampaign({ priority: 'a value of the upstream', status: 'throttled' });
    const { gateway } = await startScripted(({ target }) =>
      answerOf({ ...campaign, sid: target.split('/').at(-1) }),
    );
    for (const sid of ['one', 'two', 'three'])
      expect(await ask(gateway, `{ campaign(sid: "${sid}") { name status } }`)).toMatchObject({
        data: { campaign: { name: 'new camp', status: 'UNKNOWN' } },
      });
    expect(toldOf(gateway)).toEqual([
      { route: 'get', kind: 'status', path: 'response.data.status' },
      { route: 'get', kind: 'key', path: 'response.data.priority' },
    ]);
    expect(gateway.logs.join('')).not.toContain('a value of the upstream');
    expect(gateway.logs.join('')).not.toContain('throttled');
    const { value } = await scrape(gateway);
    expect(value('campaign_gateway_upstream_drift_total', { route: 'get', kind: 'key' })).toBe(3);
    expect(value('campaign_gateway_upstream_drift_total', { route: 'get', kind: 'status' })).toBe(3);
  });

  it('an upstream with ever new keys does not fill the log', async () => {
    let made = 0;
    const letters = () => [...String((made += 1))].map((digit) => 'abcdefghij'[Number(digit)]).join('');
    const { gateway } = await startScripted(() =>
      answerOf(
        documentedCampaign(Object.fromEntries(Array.from({ length: 30 }, () => [`k${letters()}`, 1]))),
      ),
    );
    for (let asked = 0; asked < 10; asked += 1) await ask(gateway, `{ campaign(sid: "s${asked}") { name } }`);
    expect(toldOf(gateway)).toHaveLength(200);
  });

  it('an undocumented key in a callback is drift; refused callbacks are not compared', async () => {
    const { gateway } = await setup({ gateway: { environment: callbackSettings } });
    const { sid, campaignUrl } = await createWithCallbacks(gateway);
    const says = { ...campaignCallback(sid, 'in-progress'), region: 'south' };
    await postCallback(`${campaignUrl.slice(0, -6)}forged`, { ...says, forged: 'x' });
    await postCallback(campaignUrl, says);
    expect(toldOf(gateway)).toEqual([{ route: 'campaignCallback', kind: 'key', path: 'region' }]);
  });
});
