import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { estimateOf } from '../../support/operations/estimate.js';
import { runsOf } from '../../support/property-runs.js';

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const bySid = (selection: string): string => `{ campaign(sid: "a") { ${selection} } }`;
const list = (first: number, selection: string): string =>
  `{ campaigns(first: ${String(first)}) { nodes { ${selection} } } }`;

describe('the estimated upstream calls of an operation', () => {
  it.each([
    ['a campaign', bySid('name'), 1],
    ['a campaign with only its sid', bySid('sid'), 1],
    ['only the messages of a campaign', bySid('sid messages { totalCount }'), 1],
    ['a campaign with 20 messages', bySid('name messages(first: 20) { nodes { sid } }'), 2],
    [
      'one sid under ten aliases',
      `{ ${repeat(10, (n) => `c${String(n)}: campaign(sid: "a") { name }`)} }`,
      1,
    ],
    ['two sids', '{ a: campaign(sid: "a") { name } b: campaign(sid: "b") { name } }', 3],
    ['12 sids', `{ ${repeat(12, (n) => `c${String(n)}: campaign(sid: "${String(n)}") { name }`)} }`, 13],
    ['50 campaigns', list(50, 'name'), 1],
    ['51 campaigns', list(51, 'name'), 2],
    ['200 campaigns', list(200, 'name'), 4],
    ['the total of a list', '{ campaigns { totalCount } }', 1],
    ['no campaigns', list(0, 'messages { totalCount }'), 0],
    ['ten campaigns with messages', list(10, 'messages(first: 5) { nodes { sid } }'), 11],
    ['20 campaigns with messages, by default', '{ campaigns { nodes { messages { totalCount } } } }', 21],
    ['500 messages', bySid('messages(first: 500) { nodes { sid } }'), 10],
    ['500 messages and details', bySid('name messages(first: 500) { nodes { sid } }'), 11],
    ["messages with their campaign's name", bySid('messages { nodes { campaign { name } } }'), 2],
    ["messages with their campaign's sid", bySid('messages { nodes { campaign { sid } } }'), 1],
    ['20 after a cursor', '{ campaigns(first: 20, after: "x") { nodes { sid } } }', 2],
    ['50 after a cursor', '{ campaigns(first: 50, after: "x") { nodes { sid } } }', 2],
    ['51 after a cursor', '{ campaigns(first: 51, after: "x") { nodes { sid } } }', 3],
    ['49 from the end, after a cursor', '{ campaigns(last: 49, after: "x") { nodes { sid } } }', 3],
    ['52 from the end, after a cursor', '{ campaigns(last: 52, after: "x") { nodes { sid } } }', 4],
    ['49 before a cursor', '{ campaigns(last: 49, before: "x") { nodes { sid } } }', 2],
    ['50 from the start, before a cursor', '{ campaigns(first: 50, before: "x") { nodes { sid } } }', 2],
    ['20 between two cursors', '{ campaigns(first: 20, after: "x", before: "y") { nodes { sid } } }', 3],
    ['no rows after a cursor', '{ campaigns(first: 0, after: "x") { totalCount } }', 1],
    ['the total of 200 campaigns', '{ campaigns(first: 200) { totalCount } }', 1],
    ['the total from the end', '{ campaigns(last: 20) { totalCount } }', 1],
    ['the place of 200 campaigns', '{ campaigns(first: 200) { pageInfo { hasNextPage } } }', 1],
    ['the place after a cursor', '{ campaigns(first: 60, after: "x") { pageInfo { hasNextPage } } }', 1],
    ['the place between cursors', '{ campaigns(after: "x", before: "y") { pageInfo { hasNextPage } } }', 2],
    ['the last cursor of 200', '{ campaigns(first: 200) { pageInfo { endCursor } } }', 2],
    ['the first cursor of 200', '{ campaigns(first: 200) { pageInfo { startCursor } } }', 1],
    [
      'both cursors after a cursor',
      '{ campaigns(first: 200, after: "x") { pageInfo { startCursor endCursor } } }',
      3,
    ],
    ['both cursors of the last 200', '{ campaigns(last: 200) { pageInfo { startCursor endCursor } } }', 3],
    ['no messages of five campaigns', list(5, 'messages(first: 0) { nodes { sid } }'), 1],
    ['a campaign without messages', bySid('messages(first: 0) { nodes { sid } }'), 1],
    ['no part of a list', '{ campaigns { __typename } }', 0],
    [
      'a total with rows',
      '{ a: campaigns(after: "x") { totalCount } b: campaigns(after: "x") { nodes { sid } } }',
      3,
    ],
    ['no rows from the end', '{ campaigns(last: 0) { totalCount } }', 1],
    ['the last row', '{ campaigns(last: 1) { nodes { sid } } }', 2],
    ['the last 20 rows', '{ campaigns(last: 20) { nodes { sid } } }', 3],
    ['the same list twice', `{ a: campaigns { totalCount } b: campaigns { nodes { name } } }`, 1],
    ['two lists', '{ a: campaigns(first: 5) { totalCount } b: campaigns(first: 6) { totalCount } }', 2],
    ['only the schema', '{ __typename __schema { types { name } } }', 0],
    ['a create', 'mutation { createCampaign(input: {}) { campaign { name stats { total } } } }', 1],
    ['validating a campaign', '{ validateCampaign(input: {}) { valid } }', 0],
    ['an action', 'mutation { pauseCampaign(sid: "a") { campaign { name } } }', 3],
    [
      'two actions',
      'mutation { pauseCampaign(sid: "a") { __typename } b: resumeCampaign(sid: "a") { __typename } }',
      6,
    ],
    [
      'an action with messages',
      'mutation { pauseCampaign(sid: "a") { campaign { messages { totalCount } } } }',
      4,
    ],
    [
      'a page that is too large counts as the largest page',
      bySid('messages(first: 100000) { nodes { sid } }'),
      10,
    ],
    ['a negative page', bySid('messages(first: -5) { totalCount }'), 1],
  ])('%s', (_what, query, calls) => {
    expect(estimateOf(query)).toBe(calls);
  });

  it('are more with the smaller windows of some upstreams', () => {
    expect(estimateOf(list(200, 'name'), {}, { campaigns: 20, messages: 50 })).toBe(10);
    expect(
      estimateOf(bySid('messages(first: 500) { nodes { sid } }'), {}, { campaigns: 50, messages: 20 }),
    ).toBe(25);
  });
});

describe('the cost of a selection', () => {
  const withMessages = (first: number): string => `messages(first: ${String(first)}) { nodes { sid } }`;

  it.each([
    [
      'a fragment',
      `query { campaigns(first: 10) { nodes { ...F } } } fragment F on Campaign { ${withMessages(5)} }`,
      11,
    ],
    ['an inline fragment', list(10, `... on Campaign { ${withMessages(5)} }`), 11],
    [
      'nested fragments',
      `query { ...Q } fragment Q on Query { campaigns(first: 10) { ...C } } fragment C on CampaignConnection { nodes { ...F } } fragment F on Campaign { ${withMessages(5)} }`,
      11,
    ],
    [
      'a page in nodes and in edges.node counts once',
      `{ campaigns(first: 10) { nodes { ${withMessages(5)} } edges { node { ${withMessages(5)} } } } }`,
      11,
    ],
    ['two pages count once each', list(10, `a: ${withMessages(5)} b: ${withMessages(6)}`), 21],
    ['a skipped field does not count', list(10, `messages @skip(if: true) { totalCount }`), 1],
    [
      'a field that is not included does not count',
      list(10, `... @include(if: false) { messages { totalCount } }`),
      1,
    ],
  ])('%s', (_what, query, calls) => {
    expect(estimateOf(query)).toBe(calls);
  });

  it.each([
    [{ with: true }, 11],
    [{ with: false }, 1],
    [{}, 1],
    [{ with: true, first: 30 }, 31],
  ])('depends on the variables %j', (variables, calls) => {
    const query = `query ($with: Boolean = false, $first: Int = 10) {
      campaigns(first: $first) { nodes { name messages @include(if: $with) { totalCount } } } }`;
    expect(estimateOf(query, variables)).toBe(calls);
  });
});

describe('nesting multiplies the estimated calls', () => {
  const nested = (depth: number): string =>
    depth === 0 ? 'totalCount' : `nodes { campaign { messages(first: 20) { ${nested(depth - 1)} } } }`;

  it.each([
    [1, 21],
    [2, 421],
  ])('messages of messages, %i levels deep', (depth, calls) => {
    expect(estimateOf(bySid(`messages(first: 20) { ${nested(depth)} }`))).toBe(calls);
  });

  it('deep nesting exceeds any limit, even with one message per level', () => {
    const one = (depth: number): string =>
      depth === 0 ? 'totalCount' : `nodes { campaign { messages(first: 1) { ${one(depth - 1)} } } }`;
    expect(estimateOf(bySid(`messages(first: 1) { ${one(8)} }`))).toBeGreaterThan(100_000);
  });

  it('a fragment counts for a larger page after it counted for a smaller one', () => {
    const fragments = 'fragment M on Message { campaign { messages { totalCount } } }';
    const page = (first: number): string => `messages(first: ${String(first)}) { nodes { ...M } }`;
    expect(estimateOf(`{ campaign(sid: "a") { b: ${page(1)} c: ${page(500)} } } ${fragments}`)).toBe(512);
  });

  it('300 aliases of nested fragments are estimated quickly', () => {
    const query = `query { ${repeat(300, (n) => `a${String(n)}: campaign(sid: "a") { ...A ...A }`)} }
      fragment A on Campaign { ${repeat(300, (n) => `m${String(n)}: messages(first: 9) { nodes { ...B ...B } }`)} }
      fragment B on Message { ${repeat(300, (n) => `c${String(n)}: campaign { ...C ...C }`)} }
      fragment C on Campaign { ${repeat(300, (n) => `m${String(n)}: messages(first: 9) { nodes { ...D } }`)} }
      fragment D on Message { ${repeat(300, (n) => `c${String(n)}: campaign { name }`)} }`;
    expect(estimateOf(query)).toBeGreaterThan(1000);
  });
});

describe('an operation with more fields never has a lower estimate', () => {
  // Every campaign has a detail: the sid alone costs a read that is unnecessary with messages.
  const { campaign } = fc.letrec<{ campaign: string; page: string }>((tie) => ({
    campaign: fc
      .array(fc.oneof(fc.constantFrom('status', 'stats { total }'), tie('page')), { maxLength: 3 })
      .map((parts) => ['name', ...parts].join(' ')),
    page: fc.oneof(
      { maxDepth: 3 },
      fc.nat(120).map((first) => `messages(first: ${String(first)}) { totalCount }`),
      fc
        .tuple(fc.nat(60), fc.constantFrom('nodes {', 'edges { node {'), tie('campaign'))
        .map(
          ([first, open, below]) =>
            `messages(first: ${String(first)}) { ${open} sid campaign { ${below} } }${open.startsWith('edges') ? ' }' : ''} }`,
        ),
    ),
  }));
  const field = fc.oneof(
    fc
      .tuple(fc.constantFrom('a', 'b', 'c'), campaign)
      .map(([sid, below]) => `campaign(sid: "${sid}") { ${below} }`),
    fc
      .tuple(fc.nat(200), campaign)
      .map(([first, below]) => `campaigns(first: ${String(first)}) { nodes { ${below} } }`),
  );

  it('for any fields added before or after any others', () => {
    const capped = (fields: readonly string[]): number =>
      Math.min(1000, estimateOf(`{ ${fields.join(' ')} }`));
    fc.assert(
      fc.property(fc.array(field, { minLength: 1, maxLength: 4 }), field, (fields, added) => {
        expect(capped([...fields, added])).toBeGreaterThanOrEqual(capped(fields));
        expect(capped([added, ...fields])).toBeGreaterThanOrEqual(capped(fields));
      }),
      { numRuns: runsOf(100) },
    );
  });
});

describe('the estimated calls of entities', () => {
  const representations = (count: number) =>
    Array.from({ length: count }, (_, index) => ({ __typename: 'Campaign', sid: `s${String(index)}` }));
  const entities = (selection: string, count: number) =>
    estimateOf(
      `query ($r: [_Any!]!) { _entities(representations: $r) { ... on Campaign { ${selection} } } }`,
      {
        r: [...representations(count), { __typename: 'ContactList', sid: 'l' }, null].filter(Boolean),
      },
    );

  it.each([
    ['only their sids', 'sid', 40, 0],
    ['details of one', 'sid name', 1, 1],
    ['details of forty, which is more than the limit for separate reads', 'sid name', 40, 21],
    ['messages of three', 'messages(first: 20) { nodes { sid } }', 3, 3],
    ['details and messages of three', 'name messages(first: 100) { nodes { sid } }', 3, 10],
  ])('%s', (_what, selection, count, calls) => {
    expect(entities(selection, count)).toBe(calls);
  });
});
