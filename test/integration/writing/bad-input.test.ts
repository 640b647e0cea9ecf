import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  CampaignBySidDocument,
  CampaignPageDocument,
  type CampaignPageQueryVariables,
  MessagePageDocument,
  type MessagePageQueryVariables,
  PauseDocument,
} from '../../operations/generated.js';
import { everyTransport, run } from '../../support/clients/every-transport.js';
import {
  type ClientAnswer,
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let cursor: string;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
  const { campaigns } = await gateway.data(CampaignPageDocument, { first: 3 });
  cursor = campaigns.pageInfo.endCursor ?? '';
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

function expectRefused(answer: ClientAnswer<unknown>, argument: string): void {
  expect(answer.errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument });
  expect(answer.errors?.[0]?.message).toContain(argument);
  expect(sandbox.calls).toEqual([]);
}

describe('invalid input is BAD_USER_INPUT with its argument, without an upstream call', () => {
  it.each<[string, string, () => CampaignPageQueryVariables]>([
    ['a negative first', 'first', () => ({ first: -1 })],
    ['a negative last', 'last', () => ({ last: -5 })],
    ['too large a first', 'first', () => ({ first: 201 })],
    ['first and last', 'last', () => ({ first: 1, last: 1 })],
    ['garbage for a cursor', 'after', () => ({ after: 'garbage' })],
    ['an empty cursor', 'before', () => ({ before: '' })],
    ['a truncated cursor', 'after', () => ({ after: cursor.slice(0, -4) })],
    ['a cursor with a letter after it', 'after', () => ({ after: `${cursor}A` })],
    ['a cursor with something after it', 'after', () => ({ after: `${cursor}AAAA` })],
    ['a cursor of another filter', 'after', () => ({ after: cursor, filter: { status: ['PAUSED'] } })],
    [
      'a cursor of another order',
      'before',
      () => ({ before: cursor, orderBy: { field: 'NAME', direction: 'ASC' } }),
    ],
    ['a short name', 'filter.name', () => ({ filter: { name: 'ab' } })],
    ['UNKNOWN as a status', 'filter.status', () => ({ filter: { status: ['UNKNOWN'] } })],
  ])('of campaigns: %s', async (_what, argument, variables) => {
    const answer = await gateway.execute(CampaignPageDocument, variables());
    expectRefused(answer, argument);
  });

  it.each<[string, string, Omit<MessagePageQueryVariables, 'sid'>]>([
    ['too large a first', 'first', { first: 501 }],
    ['a blank number', 'filter.number', { filter: { number: ' ' } }],
    ['garbage for a cursor', 'before', { before: '%%%' }],
  ])('of messages: %s', async (_what, argument, variables) => {
    expectRefused(await gateway.execute(MessagePageDocument, { sid: 'x', ...variables }), argument);
  });

  it.each(everyTransport)('a condition that is null, also when repeated, over %s', async (transport) => {
    const query = 'query ($no: Boolean = false) { campaign(sid: "x") { sid name @skip(if: $no) } }';
    for (let time = 0; time < 2; time += 1) await run(gateway.url, transport, { query }); // from here on it is known
    sandbox.calls.splice(0);
    const { errors, status } = await run(gateway.url, transport, { query, variables: { no: null } });
    expect(errors).toMatchObject([{ extensions: { code: 'BAD_USER_INPUT', argument: 'if' } }]);
    expect(errors?.[0]?.message).toContain('"if"');
    expect(status).toBe({ http: 400, ws: undefined, sse: 200, multipart: 200 }[transport]);
    expect(sandbox.calls).toEqual([]);
  });

  it("a cursor of another campaign's messages", async () => {
    const [one, other] = sandbox.state
      .campaigns()
      .filter(({ sid }) => sandbox.state.messages(sid).length > 1);
    const page = await gateway.data(MessagePageDocument, { sid: one?.sid ?? '', first: 1 });
    const after = page.campaign?.messages?.pageInfo.endCursor;
    sandbox.calls.splice(0);
    expectRefused(await gateway.execute(MessagePageDocument, { sid: other?.sid ?? '', after }), 'after');
  });

  it.each(['', ' ', '.', '..', 'x'.repeat(129)])('the sid %j', async (sid) => {
    expectRefused(await gateway.execute(CampaignBySidDocument, { sid }), 'sid');
    expectRefused(await gateway.execute(PauseDocument, { sid }), 'sid');
  });

  it('a time without an offset', async () => {
    const { text } = await gateway.send({
      query:
        'mutation ($input: UpdateCampaignInput!) { updateCampaign(sid: "x", input: $input) { campaign { sid } } }',
      variables: { input: { schedule: { startTime: '2026-05-01T10:00:00' } } },
    });
    expect(text).toContain('BAD_USER_INPUT');
    expect(text).toContain('startTime');
    expect(sandbox.calls).toEqual([]);
  });
});

describe('a sid that would change the URL path', () => {
  it.each([
    '../../admin',
    'a/b',
    'a?limit=1',
    'a#b',
    '%2e%2e',
    '..%2f',
    'a\nb',
    'a\r\nHost: b',
    'a\u0000b',
    '\ud800',
    'a\\b',
  ])('%j is refused without an upstream call', async (sid) => {
    const { data, errors } = await gateway.execute(CampaignBySidDocument, { sid });
    expect(data?.campaign).toBeNull();
    expect(errors?.[0]?.extensions).toMatchObject({ code: 'BAD_USER_INPUT', argument: 'sid' });
    expect(sandbox.calls).toEqual([]);
  });

  it('any other sid is sent as one encoded segment', async () => {
    const { campaign } = await gateway.data(CampaignBySidDocument, { sid: '\u{1F600}' });
    expect(campaign).toBeNull();
    expect(sandbox.calls.map(({ path }) => path)).toEqual([
      expect.stringMatching(/^\/v2\/accounts\/acme\/message-campaigns\/[^/]+$/),
    ]);
  });
});

describe('variables with invalid values name the arguments that they stand for', () => {
  const byId = 'query ($id: ID!) { campaign(sid: $id) { sid } }';
  const page = 'query ($n: Int, $f: CampaignFilter) { campaigns(first: $n, filter: $f) { totalCount } }';
  const checked = 'query ($new: CreateCampaignInput!) { validateCampaign(input: $new) { valid } }';
  const wholeInput = {
    name: 'Name',
    lists: ['a'],
    dltEntityId: '1',
    dltTemplateId: '1',
    senderId: 'ABCDEF',
    template: 'Hi',
  };

  it.each<[what: string, query: string, variables: Record<string, unknown>, seen: readonly string[]]>([
    ['one that is missing', byId, {}, ['sid']],
    ['null', byId, { id: null }, ['sid']],
    [
      'null in place of a default',
      'query ($id: ID = "x") { campaign(sid: $id) { sid } }',
      { id: null },
      ['sid'],
    ],
    ['a fraction', page, { n: 1.5 }, ['first']],
    ['several', page, { f: 1, n: 'x' }, ['first', 'filter']],
    ['an item of a list', page, { f: { status: ['PAUSED', 'NOPE'] } }, ['filter.status.1']],
    ['a member that does not exist', page, { f: { nope: 1 } }, ['filter']],
    [
      'a part of an argument',
      'query ($s: [CampaignStatus!]) { campaigns(filter: { status: $s }) { totalCount } }',
      { s: ['NOPE'] },
      ['filter.status.0'],
    ],
    [
      'members of an input',
      checked,
      { new: { ...wholeInput, contentType: 'X', smsType: 'X', schedule: { startTime: 'x' } } },
      ['input.contentType', 'input.schedule.startTime', 'input.smsType'],
    ],
    [
      'more than are listed',
      page,
      { n: 'x', f: { status: Array.from({ length: 30 }, () => 'NOPE') } },
      ['first', ...Array.from({ length: 20 }, (_, index) => `filter.status.${index}`)],
    ],
  ])('%s', async (_what, query, variables, seen) => {
    for (const transport of everyTransport) {
      const { errors = [] } = await run(gateway.url, transport, { query, variables });
      expect(errors.map(({ extensions }) => extensions)).toEqual(
        seen.map((argument) => ({ argument, code: 'BAD_USER_INPUT' })),
      );
    }
    expect(sandbox.calls).toEqual([]);
  });
});
