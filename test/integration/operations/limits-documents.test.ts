import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { everyTransport, run, type Transport } from '../../support/clients/every-transport.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let unlimited: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  const limits = { MAX_QUERY_TOKENS: '1800', MAX_QUERY_DEPTH: '8', MAX_QUERY_ALIASES: '10' };
  gateway = await startGatewayOn(sandbox.baseUrl, { ...limits, MAX_QUERY_DIRECTIVES: '5' });
  unlimited = await startGatewayOn(sandbox.baseUrl, {
    MAX_QUERY_TOKENS: '0',
    MAX_QUERY_DEPTH: '0',
    MAX_QUERY_ALIASES: '0',
    MAX_QUERY_DIRECTIVES: '0',
    MAX_UPSTREAM_CALLS: '100000',
  });
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await unlimited.close();
  await sandbox.close();
});

const times = (count: number, text: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => text(index)).join(' ');
/** Fields that are so many levels deep. */
const deep = (levels: number): string =>
  levels <= 1 ? 'sid' : `messages { nodes { campaign { ${deep(levels - 3)} } } }`;
const campaign = (selection: string): string => `{ campaign(sid: "a") { ${selection} } }`;

type Case = readonly [what: string, of: string, limit: number, query: string];
const tooLarge: readonly Case[] = [
  ['of too many lines', 'lines', 2000, `${'\n'.repeat(2000)}{ __typename }`],
  ['of too many tokens', 'tokens', 1800, `{ ${times(2000, () => '__typename')} }`],
  ['that is too deep', 'depth', 8, campaign(deep(10))],
  [
    'that is too deep through fragments',
    'depth',
    8,
    `{ campaign(sid: "a") { ...A } }
    fragment A on Campaign { messages { nodes { campaign { ...B } } } }
    fragment B on Campaign { messages { nodes { campaign { messages { totalCount } } } } }`,
  ],
  [
    'of too many aliases',
    'aliases',
    10,
    `{ ${times(11, (index) => `a${index}: __typename x${index}: campaign(sid: "a") { sid }`)} }`,
  ],
  [
    'of too many aliases through fragments that double',
    'aliases',
    10,
    `{ campaign(sid: "a") { ...F0 } }
    ${times(30, (index) => `fragment F${index} on Campaign { x${index}: sid ...F${index + 1} ...F${index + 1} }`)}
    fragment F30 on Campaign { sid }`,
  ],
  [
    'of too many aliases of __typename',
    'aliases',
    10,
    `{ ${times(11, (index) => `a${index}: __typename`)} }`,
  ],
  ['that repeats a field', 'comparisons', 30_000, `{ ${times(250, () => '__typename')} }`],
  [
    'that repeats fields within a repeated field',
    'comparisons',
    30_000,
    `{ ${times(16, () => `campaign(sid: "a") { ${'sid '.repeat(16)} }`)} }`,
  ],
  [
    'of a long chain of fragments',
    'comparisons',
    30_000,
    `{ ...F0 } ${times(180, (index) => `fragment F${index} on Query { __typename ...F${index + 1} }`)}
    fragment F180 on Query { __typename }`,
  ],
  [
    'of a long chain of fragments that nothing uses',
    'comparisons',
    30_000,
    `{ __typename } ${times(180, (index) => `fragment F${index} on Query { __typename ...F${index + 1} }`)}`,
  ],
  ['of too many unknown fragments', 'comparisons', 30_000, `{ ${times(300, (index) => `...F${index}`)} }`],
  ['of too many directives', 'directives', 5, `{ __typename ${times(6, () => '@skip(if: false)')} }`],
  [
    'of too many directives at uses of a fragment',
    'directives',
    5,
    `${campaign(times(6, () => '...F @include(if: true)'))} fragment F on Campaign { sid }`,
  ],
  [
    'of too many directives on inline fragments and within fragments',
    'directives',
    5,
    `${campaign('... @include(if: true) { ...F ...F ...F @skip(if: false) } sid @skip(if: false)')}
    fragment F on Campaign { sid @skip(if: false) name }`,
  ],
];

describe.each(everyTransport)('over %s a document is refused', (transport) => {
  it.each(tooLarge)('%s', async (_what, of, limit, query) => {
    const { data, errors, status } = await run(gateway.url, transport, { query });
    expect(data ?? null).toBeNull();
    expect(errors).toHaveLength(1);
    expect(errors?.[0]?.extensions).toEqual({ code: 'QUERY_TOO_LARGE', of, limit });
    if (!['lines', 'comparisons'].includes(of))
      expect(errors?.[0]?.message).toContain(`MAX_QUERY_${of.toUpperCase()}`);
    expect(errors?.[0]?.message).toContain(String(limit));
    if (transport === 'http') expect(status).toBe(400);
    expect(sandbox.calls).toEqual([]);
  });

  it.each<[string, string]>([
    ['lists in lists', `{ campaign(sid: ${'['.repeat(50_000)}${']'.repeat(50_000)}) { sid } }`],
    ['selections', `{ ${'campaign(sid: "a") {'.repeat(5000)} sid ${'}'.repeat(5000)} }`],
    ['inline fragments', `{ ${'... {'.repeat(2000)} __typename ${'}'.repeat(2000)} }`],
    ['types', `query ($x: ${'['.repeat(5000)}Int${']'.repeat(5000)}) { __typename }`],
  ])('that nests %s endlessly, even without other limits', async (_what, query) => {
    const { errors } = await run(unlimited.url, transport, { query });
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['QUERY_TOO_LARGE']);
    expect(errors?.[0]?.message).not.toMatch(/stack|RangeError/);
    expect((await run(unlimited.url, transport, { query: '{ __typename }' })).errors).toBeUndefined();
  });

  it('with cyclic fragments', async () => {
    const query = `{ campaign(sid: "a") { ...A } } fragment A on Campaign { messages { nodes { campaign { ...B } } } }
      fragment B on Campaign { messages { nodes { campaign { ...A } } } }`;
    const { errors } = await run(unlimited.url, transport, { query });
    expect(errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
    expect(sandbox.calls).toEqual([]);
  });

  it('with at most twenty errors', async () => {
    const { errors } = await run(unlimited.url, transport, {
      query: `{ ${times(500, (index) => `no${index}`)} }`,
    });
    expect(errors).toHaveLength(20);
    expect(JSON.stringify(errors)).not.toContain('aborted');
  });
});

describe('a document is accepted', () => {
  it.each<[Transport, string, string]>(
    everyTransport.flatMap((transport) => [
      [transport, 'just at the depth', campaign(deep(7))],
      [
        transport,
        'just at the aliases',
        `{ ${times(10, (index) => `a${index}: campaign(sid: "a") { sid }`)} }`,
      ],
      [
        transport,
        'of a hundred fragments that select the same',
        `${campaign(times(100, (index) => `...F${index}`))}
        ${times(100, (index) => `fragment F${index} on Campaign { sid name status }`)}`,
      ],
      [transport, 'that introspects', getIntrospectionQuery({ descriptions: false })],
    ]),
  )('over %s: %s', async (transport, _what, query) => {
    expect((await run(gateway.url, transport, { query })).errors).toBeUndefined();
  });
});
