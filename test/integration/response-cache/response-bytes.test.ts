import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CostUnderTest } from '../../support/operations/cost-check.js';
import {
  everyCampaignField,
  everyIntrospection,
  everyMessageField,
} from '../../support/operations/every-field.js';
import { everyTransport, run } from '../../support/clients/every-transport.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { startScriptedUpstream } from '../../support/upstream/scripted-upstream.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid = '';

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  for (let index = 0; index < 12; index += 1) ({ sid } = sandbox.state.insert({ audience: 600 }));
  gateway = await startGatewayOn(sandbox.baseUrl, {});
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const long = (length: number): string => 'k'.repeat(length);
const tooLarge = { code: 'QUERY_TOO_LARGE', of: 'bytes', limit: 16_777_216 };

describe.each(everyTransport)(
  'over %s a query whose response may exceed MAX_ANSWER_BYTES is refused before any read',
  (transport) => {
    it.each<[string, () => string]>([
      [
        'under many aliases',
        () => `{ campaign(sid: "${sid}") { ${repeat(24, (n) => `m${n}: messages(first: 200) { nodes { ...F } }`)} } }
        fragment F on Message { ${long(100_000)}: sid }`,
      ],
      ['of a page', () => `{ campaigns(first: 200) { nodes { ${long(100_000)}: sid } } }`],
      [
        'of the schema',
        () =>
          `{ ${repeat(4, (n) => `s${n}: __schema { types { ...T } }`)} } fragment T on __Type { ${long(200_000)}: name }`,
      ],
    ])('%s', async (_what, query) => {
      const { data, errors, status } = await run(gateway.url, transport, { query: query() });
      expect(data ?? null).toBeNull();
      expect(errors?.map(({ extensions }) => extensions)).toEqual([tooLarge]);
      if (transport === 'http') expect(status).toBe(400);
      expect(sandbox.calls).toEqual([]);
    });
  },
);

it('so is a mutation, before it is executed', async () => {
  const query = `mutation { pauseCampaign(sid: "${sid}") { campaign { messages(first: 500) { nodes { ${long(50_000)}: sid } } } } }`;
  const { errors } = await run(gateway.url, 'http', { query });
  expect(errors?.map(({ extensions }) => extensions)).toEqual([tooLarge]);
  expect(sandbox.calls).toEqual([]);
});

it('MAX_ANSWER_BYTES sets the limit', async () => {
  const page = `{ campaign(sid: "${sid}") { messages(first: 50) { nodes { body } } } }`;
  const small = await startGatewayOn(sandbox.baseUrl, { MAX_ANSWER_BYTES: '300000' });
  const open = await startGatewayOn(sandbox.baseUrl, { MAX_ANSWER_BYTES: '0' });
  try {
    const { errors } = await run(small.url, 'http', { query: page });
    expect(errors?.map(({ extensions }) => extensions)).toEqual([{ ...tooLarge, limit: 300_000 }]);
    expect(errors?.[0]?.message).toContain('MAX_ANSWER_BYTES');
    expect(
      (await run(small.url, 'http', { query: page.replace('first: 50', 'first: 20') })).errors,
    ).toBeUndefined();
    const large = `{ campaign(sid: "${sid}") { messages(first: 500) { nodes { ${long(50_000)}: sid } } } }`;
    expect((await run(open.url, 'http', { query: large })).errors).toBeUndefined();
  } finally {
    await small.close();
    await open.close();
  }
});

describe('accepted by default, with a response no longer than estimated:', () => {
  it.each<[string, () => string]>([
    [
      '500 messages',
      () =>
        `{ campaign(sid: "${sid}") { ${everyCampaignField} messages(first: 500) { ${everyMessageField} } } }`,
    ],
    [
      'messages of ten campaigns',
      () =>
        `{ campaigns(first: 10) { edges { cursor node { ${everyCampaignField} messages { ${everyMessageField} } } } } }`,
    ],
    ['introspection', () => everyIntrospection],
    ['the SDL', () => '{ _service { sdl } }'],
  ])('%s', async (_what, query) => {
    const cost = await CostUnderTest.start();
    const { status, text } = await gateway.send({ query: query() });
    expect(status).toBe(200);
    expect(JSON.parse(text)).not.toHaveProperty('errors');
    expect(Buffer.byteLength(text)).toBeLessThanOrEqual(cost.size(query()).bytes);
  });
});

it('a response with an error for every row is no longer than estimated', async () => {
  const unreadable = Array.from({ length: 50 }, () => ({ code: 200, status: 'success', data: { odd: 1 } }));
  const upstream = await startScriptedUpstream(() => ({
    json: { http_code: 200, metadata: { total: 500, limit: 50, count: 50, offset: 0 }, response: unreadable },
  }));
  const inFront = await startGatewayOn(upstream.baseUrl, {});
  try {
    const cost = await CostUnderTest.start();
    for (const query of [
      '{ campaigns(first: 200) { nodes { sid } edges { node { sid name } } } }',
      `{ ${long(2000)}: campaigns(first: 200) { ${repeat(90, () => 'nodes { sid }')} } }`,
      `{ a: campaigns(first: 200) { ${long(3000)}: nodes { sid } } b: campaigns(first: 200) { ${long(3000)}: edges { ${long(3000)}: node { sid } } } }`,
    ]) {
      const { text } = await inFront.send({ query });
      const { errors } = JSON.parse(text) as { errors: unknown[] };
      expect(errors.length).toBeGreaterThanOrEqual(200);
      const estimate = cost.size(query).bytes;
      expect(Buffer.byteLength(text)).toBeLessThanOrEqual(estimate);
      expect(Buffer.byteLength(text)).toBeGreaterThan(estimate / 20);
    }
  } finally {
    await inFront.close();
    await upstream.close();
  }
});

describe('a response that exceeds its estimate, because upstream texts are longer than documented,', () => {
  const template = 'x'.repeat(200_000);
  const campaign = (index: number) => ({
    code: 200,
    status: 'success',
    data: {
      sid: `s${index}`,
      name: `Campaign ${index}`,
      status: 'scheduled',
      sender_id: 'EXOTEL',
      template,
      date_created: '2026-05-01T10:00:00+05:30',
    },
  });

  it('is replaced by an error', async () => {
    const rows = Array.from({ length: 50 }, (_, index) => campaign(index));
    const upstream = await startScriptedUpstream(() => ({
      json: { http_code: 200, metadata: { total: 50, limit: 50, count: 50, offset: 0 }, response: rows },
    }));
    const inFront = await startGatewayOn(upstream.baseUrl, {});
    try {
      const templates = (count: number): string =>
        `{ campaigns(first: 50) { nodes { ${repeat(count, (n) => `t${n}: template`)} } } }`;
      const whole = await inFront.send({ query: templates(1) });
      expect(whole.text.length).toBeGreaterThan(50 * template.length);
      for (const transport of everyTransport) {
        const { data, errors } = await run(inFront.url, transport, { query: templates(3) });
        expect(data).toBeNull();
        expect(errors?.map(({ extensions }) => extensions)).toEqual([tooLarge]);
      }
    } finally {
      await inFront.close();
      await upstream.close();
    }
  });
});
