import { beforeAll, describe, expect, it } from '@jest/globals';
import { CostUnderTest } from '../../support/operations/cost-check.js';
import {
  everyCampaignField,
  everyIntrospection,
  everyMessageField,
} from '../../support/operations/every-field.js';

let cost: CostUnderTest;
beforeAll(async () => {
  cost = await CostUnderTest.start();
});

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const bySid = (selection: string): string => `{ campaign(sid: "a") { ${selection} } }`;
const long = (length: number): string => 'k'.repeat(length);

const input = {
  contentType: 'STATIC',
  lists: ['l'],
  dltEntityId: '1',
  dltTemplateId: '1',
  senderId: 'A',
  smsType: 'TRANSACTIONAL',
};

describe('an operation whose response may exceed the byte limit is refused', () => {
  it.each<[string, () => string, (() => Record<string, unknown>)?]>([
    [
      'a long key of every row, under many aliases',
      () => bySid(repeat(24, (n) => `m${n}: messages(first: 200) { nodes { ${long(100_000)}: sid } }`)),
    ],
    ['a long key of every row', () => bySid(`messages(first: 500) { nodes { ${long(60_000)}: sid } }`)],
    [
      'a long key of `__typename`',
      () => bySid(`messages(first: 500) { nodes { ${long(60_000)}: __typename } }`),
    ],
    ['a long key of edges', () => bySid(`messages(first: 500) { edges { ${long(60_000)}: cursor } }`)],
    [
      'a long key in a fragment that is spread often',
      () =>
        `{ ${repeat(90, (n) => `a${n}: campaign(sid: "a") { ...F }`)} } fragment F on Campaign { ${long(200_000)}: sid }`,
    ],
    [
      'a long key in a list without pages',
      () => `{ campaigns(first: 50) { nodes { lists { ${long(70_000)}: sid } } } }`,
    ],
    [
      'one text under many aliases',
      () => bySid(`messages(first: 500) { nodes { ${repeat(5, (n) => `b${n}: body`)} } }`),
    ],
    [
      'a long key above errors of many rows',
      () => bySid(`${long(50_000)}: messages(first: 500) { nodes { sid } }`),
    ],
    [
      'a long key above nested errors of many rows',
      () => `{ ${long(60_000)}: campaigns(first: 20) { nodes { messages(first: 20) { nodes { sid } } } } }`,
    ],
    [
      'errors with many locations each',
      () => bySid(repeat(14, (n) => `m${n}: messages(first: 500) { ${repeat(100, () => 'nodes { sid }')} }`)),
    ],
    [
      'many aliases of the schema',
      () =>
        `{ ${repeat(90, (n) => `s${n}: __schema { types { name fields { name description ${long(2000)}: name } } }`)} }`,
    ],
    [
      'a long key of each type in the schema',
      () => `{ __schema { types { a${long(200_000)}: name b${long(200_000)}: name } } }`,
    ],
    [
      'a long key of each type of each field in the schema',
      () =>
        `{ __schema { types { fields { type { ofType { a${long(120_000)}: name b${long(120_000)}: kind } } } } } }`,
    ],
    [
      'a long key of one type in the schema',
      () =>
        `{ ${repeat(7, (n) => `t${n}: __type(name: "Campaign") { fields { ${long(120_000)}: name } }`)} }`,
    ],
    ['many aliases of the SDL', () => `{ ${repeat(200, (n) => `s${n}: _service { sdl }`)} }`],
    [
      'a long sid from the client, repeated',
      () => `query ($s: ID!) { _entities(representations: [${repeat(90, () => '{ __typename: "Campaign", sid: $s }')}]) {
        ... on Campaign { ${repeat(90, (n) => `s${n}: sid`)} } } }`,
      () => ({ s: long(200_000) }),
    ],
    [
      'a long sid from the client in every message',
      () => 'query ($s: ID!) { campaign(sid: $s) { messages(first: 500) { nodes { campaign { sid } } } } }',
      () => ({ s: long(200_000) }),
    ],
    [
      'variables of a long template, repeated',
      () =>
        `query ($i: CreateCampaignInput!) { ${repeat(90, (n) => `v${n}: validateCampaign(input: $i) { variables }`)} }`,
      () => ({ i: { ...input, template: repeat(40_000, (n) => `@@${n}`) } }),
    ],
    [
      'a subscription',
      () =>
        `subscription { campaignUpdated(sid: "a") { messages(first: 500) { nodes { ${long(60_000)}: sid } } } }`,
    ],
    [
      'a mutation',
      () =>
        `mutation { pauseCampaign(sid: "a") { campaign { messages(first: 500) { nodes { ${long(60_000)}: sid } } } } }`,
    ],
  ])('%s', (_what, query, variables) => {
    expect(cost.refusal(query(), variables?.())).toMatch(/^QUERY_TOO_LARGE (?:bytes|selections)$/);
  });

  it('the error has the limit and its kind', () => {
    const { message, extensions } =
      cost.problem(bySid(`messages(first: 500) { nodes { ${long(60_000)}: sid } }`)) ?? {};
    expect(extensions).toMatchObject({ code: 'QUERY_TOO_LARGE', of: 'bytes', limit: 16_777_216 });
    expect(message).toContain('16777216 bytes');
    expect(message?.length).toBeLessThan(300);
  });

  it('the error names the limit of values if that is exceeded first', () => {
    expect(
      cost.refusal(bySid(repeat(90, (n) => `m${n}: messages(first: 500) { nodes { sid id status } }`))),
    ).toBe('QUERY_TOO_LARGE values');
  });

  it('nothing is refused without a limit', async () => {
    const open = await CostUnderTest.start({ maximumBytes: 0 });
    expect(open.refusal(bySid(`messages(first: 500) { nodes { ${long(60_000)}: sid } }`))).toBeUndefined();
    const closed = await CostUnderTest.start({ maximumValues: 0 });
    expect(closed.refusal(bySid(`messages(first: 500) { nodes { ${long(60_000)}: sid } }`))).toBe(
      'QUERY_TOO_LARGE bytes',
    );
  });
});

describe('an ordinary operation is within the default size limits', () => {
  it.each([
    [
      '500 messages with all their fields',
      bySid(`${everyCampaignField} messages(first: 500) { ${everyMessageField} }`),
    ],
    [
      'as many messages as the call limit allows, with all fields',
      `{ campaigns(first: 29) { totalCount nodes { ${everyCampaignField} messages(first: 50) { ${everyMessageField} } } } }`,
    ],
    [
      '200 campaigns with all their fields',
      `{ campaigns(first: 200) { edges { cursor node { ${everyCampaignField} } } } }`,
    ],
    [
      'ten campaigns by sid, with messages',
      `{ ${repeat(9, (n) => `c${n}: campaign(sid: "${n}") { ${everyCampaignField} messages { ${everyMessageField} } }`)} }`,
    ],
    ['full introspection', everyIntrospection],
    ['full introspection three times', everyIntrospection.replace('__schema', 'a: __schema')],
    ['the SDL', '{ _service { sdl } }'],
  ])('%s', (_what, query) => {
    expect(cost.refusal(query)).toBeUndefined();
  });

  it('50 campaigns with 20 messages each, if the call limit allows it', async () => {
    const open = await CostUnderTest.start({ limit: 60 });
    const query = `{ campaigns(first: 50) { nodes { ${everyCampaignField} messages(first: 20) { ${everyMessageField} } } } }`;
    expect(open.refusal(query)).toBeUndefined();
  });
});

describe('the size estimate takes bounded time', () => {
  it.each<[string, string]>([
    [
      'for fragments that double',
      `{ campaign(sid: "a") { ...F0 } } ${repeat(
        300,
        (n) => `fragment F${n} on Campaign { lists { sid } ...F${n + 1} ...F${n + 1} }`,
      )} fragment F300 on Campaign { sid }`,
    ],
    [
      'for fragments that double at every level',
      `{ campaign(sid: "a") { ...F0 } } ${repeat(
        60,
        (n) =>
          `fragment F${n} on Campaign { a${n}: messages { nodes { campaign { ...F${n + 1} } } edges { node { campaign { ...F${n + 1} } } } } }`,
      )} fragment F60 on Campaign { sid }`,
    ],
    [
      'for a type of a type',
      `{ __schema { types { ...T0 } } } ${repeat(
        200,
        (n) => `fragment T${n} on __Type { a: ofType { ...T${n + 1} } b: ofType { ...T${n + 1} } }`,
      )} fragment T200 on __Type { name }`,
    ],
    [
      'for many aliases of the schema',
      `{ ${repeat(600, (n) => `s${n}: __schema { types { a${n}: name } }`)} }`,
    ],
    ['for many fields', `{ campaigns { nodes { ${repeat(3900, () => 'sid')} } } }`],
    [
      'for many aliases of all fields of a fragment',
      `{ ${repeat(100, (n) => `c${n}: campaign(sid: "${n}") { ...F ...G${n} }`)} }
        fragment F on Campaign { ${repeat(1000, (n) => `f${n}: name`)} }
        ${repeat(100, (n) => `fragment G${n} on Campaign { g: sid }`)}`,
    ],
  ])('%s', (_what, query) => {
    const startedAt = process.cpuUsage();
    try {
      cost.size(query);
    } catch (error) {
      expect((error as Error).name).toBe('EstimateTooLong');
    }
    const { user, system } = process.cpuUsage(startedAt);
    expect((user + system) / 1000).toBeLessThan(5000);
  });
});
