import { beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { diwali } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { subscribe, transports } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  ({ sandbox, gateway } = await setup());
});
beforeEach(() => {
  sandbox.calls.splice(0);
});

function ofMessages(page: string): string {
  return `query ($t: String!) { campaign(sid: "a") { messages(${page}) { totalCount } } }`;
}

/** Nearly all that a request's body may have. */
const long = 'x'.repeat(250_000);

describe('an overlong argument is BAD_USER_INPUT with its name, without an upstream call', () => {
  it.each<[argument: string, query: string, text: string]>([
    ['sid', 'query ($t: ID!) { campaign(sid: $t) { name } }', long],
    ['sid', 'query ($t: ID!) { campaign(sid: $t) { sid } }', 'x'.repeat(129)],
    ['sid', 'query ($t: ID!) { campaign(sid: $t) { messages { totalCount } } }', long],
    ['representations.0.sid', entities('name'), long],
    ['representations.0.sid', entities('sid'), 'x'.repeat(129)],
    ['representations.0.sid', entities('messages { totalCount }'), long],
    ['sid', 'mutation ($t: ID!) { pauseCampaign(sid: $t) { userErrors { code } } }', long],
    ['sid', 'mutation ($t: ID!) { archiveCampaign(sid: $t) { userErrors { code } } }', 'x'.repeat(129)],
    [
      'sid',
      'mutation ($t: ID!) { updateCampaign(sid: $t, input: {name: "Other"}) { userErrors { code } } }',
      long,
    ],
    ['filter.name', 'query ($t: String!) { campaigns(filter: {name: $t}) { totalCount } }', long],
    ['filter.name', 'query ($t: String!) { campaigns(filter: {name: $t}) { totalCount } }', 'x'.repeat(201)],
    [
      'filter.name',
      'query ($t: String!) { campaigns(filter: {name: $t}) { totalCount } }',
      '\u{1F600}'.repeat(60_000),
    ],
    ['after', 'query ($t: String!) { campaigns(after: $t) { totalCount } }', long],
    ['before', 'query ($t: String!) { campaigns(last: 1, before: $t) { totalCount } }', long],
    ['filter.number', ofMessages('filter: {number: $t}'), long],
    ['filter.number', ofMessages('filter: {number: $t}'), '9'.repeat(65)],
    ['after', ofMessages('after: $t'), long],
    ['before', ofMessages('last: 1, before: $t'), 'x'.repeat(8193)],
  ])('%s of %s', async (argument, query, t) => {
    const { errors } = await ask(gateway, query, { variables: { t } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
    expect(errors?.[0]?.message.length).toBeLessThan(300);
    expect(sandbox.calls).toEqual([]);
  });

  it.each(transports)('the sid of a subscription over %s', async (transport) => {
    for (const [argument, field] of [
      ['sid', 'campaignUpdated(sid: $t) { status }'],
      ['campaignSid', 'messageStatusChanged(campaignSid: $t) { status }'],
    ]) {
      const query = `subscription ($t: ID!) { ${field} }`;
      const subscriber = await subscribe(gateway.url, transport, query, { t: 'x'.repeat(129) });
      await subscriber.next(1);
      expect(subscriber.errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument } }]);
    }
    expect(sandbox.calls).toEqual([]);
  });

  function entities(field: string): string {
    return `query ($t: ID!) { _entities(representations: [{__typename: "Campaign", sid: $t}]) { ... on Campaign { ${field} } } }`;
  }
});

describe('an overlong input is a user error', () => {
  const validate =
    'query ($i: CreateCampaignInput!) { validateCampaign(input: $i) { userErrors { code field } } }';
  const create =
    'mutation ($i: CreateCampaignInput!) { createCampaign(input: $i) { userErrors { code field } } }';

  it.each<[field: string, input: Readonly<Record<string, unknown>>]>([
    ['name', { name: 'x'.repeat(1001) }],
    ['name', { name: long }],
    ['lists.0', { lists: ['x'.repeat(129)] }],
    ['dltEntityId', { dltEntityId: '1'.repeat(65) }],
    ['dltTemplateId', { dltTemplateId: '1'.repeat(100_000) }],
    ['senderId', { senderId: 'X'.repeat(65) }],
    ['template', { template: long }],
    ['statusCallback', { statusCallback: `https://example.com/${'x'.repeat(2048)}` }],
    ['smsStatusCallback', { smsStatusCallback: `https://example.com/${long}` }],
    ['idempotencyKey', { idempotencyKey: long }],
    ['idempotencyKey', { idempotencyKey: '\u{1F600}'.repeat(256) }],
    ['name', { name: '\u{1F600}'.repeat(1001) }],
  ])('%s', async (field, changes) => {
    const variables = { i: { ...diwali, ...changes } };
    const expected = { userErrors: [{ code: 'TOO_LONG', field: ['input', ...field.split('.')] }] };
    expect((await ask(gateway, validate, { variables })).data).toEqual({ validateCampaign: expected });
    expect((await ask(gateway, create, { variables })).data).toEqual({ createCampaign: expected });
    expect(sandbox.calls).toEqual([]);
  });

  it.each<[field: string, input: Readonly<Record<string, unknown>>]>([
    ['name', { name: 'x'.repeat(1001) }],
    ['statusCallback', { statusCallback: `https://example.com/${long}` }],
  ])('of an update: %s', async (field, input) => {
    const { sid } = sandbox.state.insert({ startsAt: Date.now() + 48 * 3_600_000 });
    const update = `mutation ($i: UpdateCampaignInput!) { updateCampaign(sid: "${sid}", input: $i) { userErrors { code field } } }`;
    const { data } = await ask(gateway, update, { variables: { i: input } });
    expect(data).toEqual({
      updateCampaign: { userErrors: [{ code: 'TOO_LONG', field: ['input', field] }] },
    });
    expect(sandbox.calls.filter(({ method }) => method !== 'GET')).toEqual([]);
  });

  it.each(['x', '\u{1F600}'])('texts of the maximum length are accepted: %s', async (character) => {
    const input = {
      ...diwali,
      name: character.repeat(1000),
      statusCallback: `https://example.com/${character.repeat(2028)}`,
      idempotencyKey: character.repeat(255),
    };
    expect((await ask(gateway, validate, { variables: { i: input } })).data).toEqual({
      validateCampaign: { userErrors: [] },
    });
  });
});

it.each(['a\ud800', 'a\udc00b', '\ud83d', 'a\0b'])(
  'an ambiguous idempotency key is refused: %j',
  async (idempotencyKey) => {
    const query = `mutation ($i: CreateCampaignInput!) { createCampaign(input: $i) { userErrors { code field } } }`;
    const { data } = await ask(gateway, query, { variables: { i: { ...diwali, idempotencyKey } } });
    const userErrors = [{ code: 'INVALID', field: ['input', 'idempotencyKey'] }];
    expect(data).toEqual({ createCampaign: { userErrors } });
    expect(sandbox.calls).toEqual([]);
  },
);

it.each(['filter.name', 'filter.number'])('%s with the maximum number of emoji is sent', async (argument) => {
  const t = '\u{1F600}'.repeat(argument === 'filter.name' ? 200 : 64);
  const query =
    argument === 'filter.name'
      ? 'query ($t: String!) { campaigns(filter: {name: $t}) { totalCount } }'
      : ofMessages('filter: {number: $t}');
  const { errors = [] } = await ask(gateway, query, { variables: { t } });
  expect(errors.map(({ extensions }) => (extensions as { code: string }).code)).not.toContain(
    'BAD_USER_INPUT',
  );
});

it('no log line contains any of these texts', () => {
  expect(linesOf(gateway).length).toBeGreaterThan(10);
  for (const line of gateway.logs) expect(line.length).toBeLessThan(2000);
});
