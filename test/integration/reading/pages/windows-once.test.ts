import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { ask } from '../../../support/clients/ask.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
const gateways = new Map<string, GatewayUnderTest>();
let sids: readonly string[];

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  sids = Array.from({ length: 120 }, (_, index) => {
    const startsAt = now - 3_600_000 - index * 60_000;
    const createdAt = startsAt - 3_600_000;
    return sandbox.state.insert({ name: `Campaign ${String(index)}`, audience: 60, createdAt, startsAt }).sid;
  });
  for (const cache of ['on', 'off'])
    gateways.set(cache, await startGatewayOn(sandbox.baseUrl, { CACHE: cache }, () => now));
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway.close();
  await sandbox.close();
});

const bySid = (index: number, fields = 'name'): string =>
  `c${String(index)}: campaign(sid: "${sids[index] ?? ''}") { ${fields} }`;
const entities = (...indices: number[]): string =>
  `_entities(representations: [${indices
    .map((index) => `{ __typename: "Campaign", sid: "${sids[index] ?? ''}" }`)
    .join(', ')}]) { ... on Campaign { name } }`;
const list = (argument: string): string =>
  `l: campaigns(${argument}) { nodes { sid } pageInfo { endCursor } }`;
const messages = (argument: string): string => `messages(${argument}) { nodes { sid } }`;

/** Offset and limit of each list call, and sid of each get. */
function calls(): string[] {
  return sandbox.calls
    .map(({ path, query }) =>
      'limit' in query
        ? `${path.includes('message-details') ? 'messages ' : ''}${query['offset'] ?? ''}+${query['limit'] ?? ''}`
        : path,
    )
    .sort();
}

describe.each([
  ['CACHE=off', 'off', {}],
  ['no-cache', 'on', { 'cache-control': 'no-cache' }],
])('with %s one request reads each window once,', (_what, cache, headers) => {
  async function callsOf(fields: readonly string[]): Promise<string[]> {
    sandbox.calls.splice(0);
    const gateway = gateways.get(cache);
    const { errors } = await ask(gateway as GatewayUnderTest, `{ ${fields.join(' ')} }`, { headers });
    expect(errors).toBeUndefined();
    return calls();
  }
  async function cursorOf(count: number): Promise<string> {
    const { data } = await ask<{ l: { pageInfo: { endCursor: string } } }>(
      gateways.get(cache) as GatewayUnderTest,
      `{ ${list(`first: ${String(count)}`)} }`,
    );
    return data?.l.pageInfo.endCursor ?? '';
  }

  it.each<[what: string, fields: () => string[] | Promise<string[]>, expected: string[]]>([
    ['for campaigns by sid and a page', () => [bySid(1), bySid(2), list('first: 3')], ['0+50']],
    ['for entities and a page', () => [entities(1, 2), list('first: 3')], ['0+50']],
    ['for entities, a campaign and a page', () => [entities(1, 4), bySid(2), list('first: 3')], ['0+50']],
    [
      'for campaigns by sid and a page after a cursor',
      async () => [bySid(1), bySid(2), list(`first: 3, after: "${await cursorOf(10)}"`)],
      ['0+50'],
    ],
    [
      'for campaigns by sid and two windows',
      () => [bySid(1), bySid(2), list('first: 60')],
      ['0+50', '50+50'],
    ],
    [
      'for campaigns by sid and the end of the list',
      () => [bySid(1), bySid(2), list('last: 5')],
      ['0+50', '100+50'],
    ],
    [
      'for messages of one campaign by sid, as an entity and in a list',
      () => [
        bySid(0, `name ${messages('first: 50')}`),
        entities(0, 1).replace('{ name }', `{ name ${messages('first: 50')} }`),
        list('first: 1').replace('nodes {', `nodes { ${messages('first: 50')}`),
      ],
      ['0+50', 'messages 0+50', 'messages 0+50'],
    ],
  ])('%s', async (_case, fields, expected) => {
    const given = await fields();
    // A cached list is read in whole windows.
    const wanted = expected.map((call) => (cache === 'on' ? call.replace(/\+1$/, '+50') : call)).sort();
    for (const order of [given, [...given].reverse()]) expect(await callsOf(order)).toEqual(wanted);
  });
});
