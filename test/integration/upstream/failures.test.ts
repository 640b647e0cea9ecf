import { afterEach, describe, expect, it } from '@jest/globals';
import {
  CampaignBySidDocument,
  CampaignPageDocument,
  CreateDocument,
  type CreateCampaignInput,
} from '../../operations/generated.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import {
  type Script,
  type ScriptedUpstream,
  startScriptedUpstream,
} from '../../support/upstream/scripted-upstream.js';

let upstream: ScriptedUpstream;
let gateway: GatewayUnderTest;

async function behind(script: Script, environment: Readonly<Record<string, string>> = {}): Promise<void> {
  upstream = await startScriptedUpstream(script);
  gateway = await startGatewayOn(upstream.baseUrl, environment);
}
afterEach(async () => {
  await gateway.close();
  await upstream.close();
});

const marker = 'words-of-the-upstream';
const failedItem = (status: number, code: number) => ({
  status,
  json: {
    request_id: 'r1',
    method: 'GET',
    http_code: status,
    response: {
      code: status,
      status: 'failure',
      data: null,
      error_data: { code, message: marker, description: marker },
    },
  },
});

const cases: readonly (readonly [what: string, script: Script, code: string])[] = [
  ['wrong credentials', () => failedItem(401, 1010), 'UPSTREAM_UNAUTHORIZED'],
  ['a foreign resource', () => failedItem(403, 1003), 'UPSTREAM_FORBIDDEN'],
  [
    'the rate limit',
    () => ({ status: 429, json: { RestException: { Status: 429, Message: marker } } }),
    'UPSTREAM_RATE_LIMITED',
  ],
  [
    'an old 401',
    () => ({ status: 401, json: { RestException: { Status: 401, Message: marker } } }),
    'UPSTREAM_UNAUTHORIZED',
  ],
  ['a failing server', () => ({ status: 503, json: { message: marker } }), 'UPSTREAM_UNAVAILABLE'],
  [
    'a proxy',
    (_, response) => void response.writeHead(502).end(`<html>${marker}</html>`),
    'UPSTREAM_UNAVAILABLE',
  ],
  ['no JSON', (_, response) => void response.end(`{"response": [ ${marker}`), 'UPSTREAM_INVALID_RESPONSE'],
  ['no envelope', () => ({ json: { [marker]: marker } }), 'UPSTREAM_INVALID_RESPONSE'],
  ['a broken connection', (_, response) => void response.destroy(), 'UPSTREAM_UNAVAILABLE'],
];

describe('an upstream failure is an error code, without upstream text in responses or logs', () => {
  it.each(cases)('%s', async (_what, script, code) => {
    await behind(script);
    const one = await gateway.execute(CampaignBySidDocument, { sid: 'some-sid' });
    const list = await gateway.execute(CampaignPageDocument, {});
    expect(one.data).toEqual({ campaign: null });
    expect(one.errors?.map(({ extensions }) => extensions?.code)).toEqual([code]);
    expect(list.errors?.map(({ extensions }) => extensions?.code)).toEqual([code]);
    const emitted = JSON.stringify([one, list, gateway.logs]);
    const { apiKey, apiToken } = credentials;
    const secrets = [apiKey, apiToken, Buffer.from(`${apiKey}:${apiToken}`).toString('base64')];
    for (const secret of [marker, upstream.baseUrl, 'message-campaigns', 'stack', ...secrets])
      expect(emitted).not.toContain(secret);
  });

  it('a 429 is UPSTREAM_RATE_LIMITED with retryAfter', async () => {
    await behind((_, response) => void response.writeHead(429, { 'retry-after': '17' }).end('{}'));
    const { errors } = await gateway.execute(CampaignBySidDocument, { sid: 'x' });
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'UPSTREAM_RATE_LIMITED', retryAfter: 17 });
  });

  it('a hanging upstream is UPSTREAM_TIMEOUT', async () => {
    await behind(() => undefined, { EXOTEL_TIMEOUT_MS: '100' });
    const { errors } = await gateway.execute(CampaignBySidDocument, { sid: 'x' });
    expect(errors?.[0]?.extensions?.code).toBe('UPSTREAM_TIMEOUT');
  });
});

describe('a create with a lost response is not sent again', () => {
  const input: CreateCampaignInput = {
    contentType: 'STATIC',
    lists: ['a'],
    dltEntityId: '1',
    dltTemplateId: '2',
    senderId: 'EXOTEL',
    smsType: 'TRANSACTIONAL',
    template: 'Hi',
    idempotencyKey: 'k',
  };

  it.each<[string, Script]>([
    ['by a broken connection', (_, response) => void response.destroy()],
    ['by a proxy', (_, response) => void response.writeHead(502).end('<html>')],
    ['as garbage', (_, response) => void response.end('{')],
  ])('%s: OUTCOME_UNKNOWN, again for the same key, and one POST', async (_how, script) => {
    await behind(script);
    for (let attempt = 0; attempt < 2; attempt += 1) {
      const { errors } = await gateway.execute(CreateDocument, { input });
      expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['OUTCOME_UNKNOWN']);
    }
    expect(upstream.seen.filter(({ method }) => method === 'POST')).toHaveLength(1);
  });

  it.each<[number, number, string]>([
    [400, 1002, 'REJECTED_BY_UPSTREAM'],
    [409, 1008, 'DUPLICATE'],
    [402, 0, 'REJECTED_BY_UPSTREAM'],
  ])('refused with %i and %i is a user error', async (status, code, expected) => {
    await behind(() => failedItem(status, code));
    const { createCampaign } = await gateway.data(CreateDocument, { input });
    expect(createCampaign.userErrors.map((error) => error.code)).toEqual([expected]);
    expect(JSON.stringify(createCampaign)).not.toContain(marker);
  });
});
