import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedCampaign } from '../../fixtures/documented-answer.js';
import { ask } from '../../support/clients/ask.js';
import { diwali } from '../../support/writing/creating.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import {
  allOfMessage,
  askCampaign,
  codesOf,
  enveloped,
  everything,
  item,
  type OddUpstream,
  rowWith,
  startOddUpstream,
} from '../../support/upstream/odd-upstream.js';

let odd: OddUpstream;
beforeAll(async () => {
  odd = await startOddUpstream();
});
afterAll(async () => {
  await odd.close();
});

const depth = 500_000;
const deepList = '['.repeat(depth) + ']'.repeat(depth);
const deepObject = '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

const deepAnswers: readonly (readonly [what: string, body: string])[] = [
  ['a list of lists', deepList],
  ['an object of objects', deepObject],
  ['lists that never end', '['.repeat(depth)],
  ['an envelope with lists of lists', `{"response":${deepList}}`],
  ['data with objects of objects', `{"response":{"code":200,"data":${deepObject}}}`],
  ['an unknown key', `{"response":{"code":200,"data":${rowWith('novel', deepList)}}}`],
  [
    'an unknown key of a list',
    `{"metadata":{"total":1},"response":[{"data":${rowWith('novel', deepObject)}}]}`,
  ],
  ['an unknown key of the envelope', `{"trace":${deepList},"response":{"code":200,"data":null}}`],
  ['a known key', `{"response":{"code":200,"data":${rowWith('name', deepList)}}}`],
  ['its counts', `{"response":{"code":200,"data":${rowWith('stats', deepObject)}}}`],
  ['an error', `{"response":{"code":500,"error_data":${deepObject}}}`],
  ['a RestException', `{"RestException":${deepObject}}`],
];

describe('JSON nested 500,000 levels deep is UPSTREAM_INVALID_RESPONSE', () => {
  const calls: readonly (readonly [call: string, query: string])[] = [
    ['a campaign', `{ campaign(sid: "a") { ${everything} } }`],
    ['campaigns', `{ campaigns(first: 1) { nodes { ${everything} } } }`],
    ['messages', `{ campaign(sid: "a") { messages(first: 1) { nodes { ${allOfMessage} } } } }`],
    [
      'an entity',
      '{ _entities(representations: [{__typename: "Campaign", sid: "a"}]) { ... on Campaign { name } } }',
    ],
    ['an update', 'mutation { updateCampaign(sid: "a", input: {name: "Other"}) { campaign { name } } }'],
    ['an action', 'mutation { pauseCampaign(sid: "a") { campaign { name } } }'],
  ];
  const [first = deepAnswers[0]] = deepAnswers.filter(([what]) => what === 'an unknown key');
  const toCampaign = deepAnswers.map(([what, body]) => [what, ...(calls[0] ?? []), body] as const);
  const toEachCall = calls.slice(1).map((call) => [first?.[0], ...call, first?.[1]] as const);

  it.each([...toCampaign, ...toEachCall])('as %s, to %s', async (_what, _call, query = '', body = '') => {
    odd.answers(body);
    const { errors } = await ask(odd.gateway, query);
    expect(codesOf(errors)).toEqual(['UPSTREAM_INVALID_RESPONSE']);
    expect(linesOf(odd.gateway, 'operation failed with an internal error')).toEqual([]);
  });

  it('and leaves the outcome of a create unknown', async () => {
    odd.answers(first?.[1] ?? '');
    const { errors } = await ask(
      odd.gateway,
      'mutation ($input: CreateCampaignInput!) { createCampaign(input: $input) { campaign { sid } } }',
      { variables: { input: diwali } },
    );
    expect(codesOf(errors)).toEqual(['OUTCOME_UNKNOWN']);
  });
});

it('an unknown key nested ninety levels deep is ignored', async () => {
  const deep = '['.repeat(90) + ']'.repeat(90);
  odd.answers(`{"response":{"code":200,"data":${rowWith('novel', deep)}}}`);
  const { data, errors } = await askCampaign(odd);
  expect([data?.campaign?.['name'], errors]).toEqual(['new camp', undefined]);
});

describe('a list of hundreds of thousands of items is an unreadable response', () => {
  it.each([
    ['of numbers', `[${'1,'.repeat(2_000_000)}1]`],
    ['of nulls', `[${'null,'.repeat(1_000_000)}null]`],
    ['of items', `[${'{},'.repeat(300_000)}{}]`],
  ])('%s', async (_what, response) => {
    odd.answers(`{"metadata":{"total":1},"response":${response}}`);
    const from = performance.now();
    const { errors } = await ask(odd.gateway, '{ campaigns(first: 1) { nodes { name } } }');
    expect(codesOf(errors)).toEqual(['UPSTREAM_INVALID_RESPONSE']);
    expect(performance.now() - from).toBeLessThan(10_000); // an error for each item would take minutes
  });

  it('and as the lists of a campaign they are empty', async () => {
    const lists = `[${'"l",'.repeat(1_000_000)}"l"]`;
    odd.answers(`{"response":{"code":200,"data":${rowWith('lists', lists)}}}`);
    const { data, errors } = await askCampaign(odd);
    expect([data?.campaign?.['lists'], errors]).toEqual([[], undefined]);
  });
});

describe('a response is readable despite', () => {
  const plain = enveloped(item(documentedCampaign()));
  it.each([
    ['a byte-order mark', `\ufeff${plain}`],
    ['blanks around it', ` \n\t${plain}\r\n `],
  ])('%s', async (_what, body) => {
    odd.answers(body);
    const { data } = await askCampaign(odd);
    expect(data?.campaign?.['name']).toBe('new camp');
  });

  it('invalid UTF-8 in a text', async () => {
    const [before = '', after = ''] = plain.split('new camp');
    odd.answers(Buffer.concat([Buffer.from(before), Buffer.from([0x61, 0xff, 0xc3]), Buffer.from(after)]));
    const { data } = await askCampaign(odd);
    expect(data?.campaign?.['name']).toBe('a\ufffd\ufffd');
  });

  it.each(['__proto__', 'constructor', 'prototype', 'hasOwnProperty', 'toString'])(
    'the key %s, at any level',
    async (key) => {
      const pair = `"${key}":{"sid":"evil","name":"evil","status":"evil","code":500}`;
      odd.answers(plain.replaceAll('{', `{${pair},`).replaceAll(',}', '}'));
      const { data, errors } = await askCampaign(odd);
      expect(errors).toBeUndefined();
      expect(data?.campaign?.['name']).toBe('new camp');
      expect(({} as { sid?: unknown }).sid).toBeUndefined();
    },
  );
});
