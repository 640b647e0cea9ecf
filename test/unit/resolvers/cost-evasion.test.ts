import { beforeEach, describe, expect, it } from '@jest/globals';
import { CostUnderTest } from '../../support/operations/cost-check.js';

type Variables = Record<string, unknown>;

let cost: CostUnderTest;
beforeEach(async () => {
  cost = await CostUnderTest.start();
});

const repeat = (count: number, part: (index: number) => string): string =>
  Array.from({ length: count }, (_, index) => part(index)).join(' ');
const tooExpensive = 'QUERY_TOO_EXPENSIVE';
const messages = '... on Campaign { messages { totalCount } }';
const campaigns = (count: number, sid = (index: number): unknown => `s${index}`) =>
  Array.from({ length: count }, (_, index) => ({ __typename: 'Campaign', sid: sid(index) }));

describe('entities have their maximum cost, however the representations are passed', () => {
  const ofType = (type: string, declared?: string) =>
    `query ${declared === undefined ? '' : `(${declared})`} { _entities(representations: [${repeat(
      90,
      (n) => `{ __typename: ${type}, sid: "s${n}" }`,
    )}]) { ${messages} } }`;

  it.each<[string, string, Variables]>([
    ['as literals', ofType('"Campaign"'), {}],
    ['with a type in an ID variable', ofType('$t', '$t: ID'), { t: 'Campaign' }],
    ['with a type in a required ID variable', ofType('$t', '$t: ID!'), { t: 'Campaign' }],
    ['with a type in a String variable', ofType('$t', '$t: String'), { t: 'Campaign' }],
    ['with a type as a default value', ofType('$t', '$t: ID = "Campaign"'), {}],
    ['with a type in a variable of a custom scalar', ofType('$t', '$t: _Any'), { t: 'Campaign' }],
    [
      'as one variable',
      `query ($r: [_Any!]!) { _entities(representations: $r) { ${messages} } }`,
      { r: campaigns(90) },
    ],
    [
      'as a default value',
      `query ($r: [_Any!]! = [${repeat(90, (n) => `{ __typename: "Campaign", sid: "s${n}" }`)}]) {
        _entities(representations: $r) { ${messages} } }`,
      {},
    ],
    [
      'as one variable each',
      `query (${repeat(40, (n) => `$r${n}: _Any!`)}) { _entities(representations: [${repeat(40, (n) => `$r${n}`)}]) {
        ${messages} } }`,
      Object.fromEntries(campaigns(40).map((one, index) => [`r${index}`, one])),
    ],
    [
      'with a variable for each sid',
      `query (${repeat(40, (n) => `$s${n}: ID`)}) { _entities(representations: [${repeat(
        40,
        (n) => `{ __typename: "Campaign", sid: $s${n} }`,
      )}]) { ${messages} } }`,
      Object.fromEntries(campaigns(40).map(({ sid }, index) => [`s${index}`, sid])),
    ],
    [
      'as one object each, under aliases',
      `query (${repeat(40, (n) => `$r${n}: _Any!`)}) { ${repeat(
        40,
        (n) => `e${n}: _entities(representations: $r${n}) { ${messages} }`,
      ).replaceAll(/representations: (\$r\d+)/g, 'representations: [$1]')} }`,
      Object.fromEntries(campaigns(40).map((one, index) => [`r${index}`, one])),
    ],
    [
      'as one literal object each, which is coerced to a list',
      `{ ${repeat(40, (n) => `e${n}: _entities(representations: { __typename: "Campaign", sid: "${n}" }) { ${messages} }`)} }`,
      {},
    ],
  ])('%s', (_what, query, variables) => {
    expect(cost.refusal(query, variables)).toBe(tooExpensive);
    expect(cost.refusal(query, variables)).toBe(tooExpensive); // also the second time
  });

  it.each<[string, string]>([
    ['ID', 'ID'],
    ['ID!', 'ID!'],
    ['String', 'String'],
  ])('also after the same document with a type (%s) that costs nothing', (_what, type) => {
    const query = ofType('$t', `$t: ${type}`);
    for (const t of ['ContactList', 'x', 'Campaign ', 'campaign'])
      expect(cost.refusal(query, { t })).toBeUndefined();
    expect(cost.refusal(query, { t: 'Campaign' })).toBe(tooExpensive);
  });

  it('a repeated sid counts once, and a representation of another type does not count', () => {
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ${messages} } }`;
    expect(cost.refusal(query, { r: campaigns(90, () => 'same') })).toBeUndefined();
    expect(
      cost.refusal(query, { r: [{ __typename: 'Campaign', sid: 'a' }, null, [], 5, 'x'].slice(0, 1) }),
    ).toBeUndefined();
    expect(cost.refusal(query, { r: campaigns(90, (index) => index) })).toBeUndefined(); // sids must be texts
    const lists = campaigns(90).map((one) => ({ ...one, __typename: 'ContactList' }));
    expect(cost.refusal(query, { r: lists })).toBeUndefined();
  });

  it('the messages of one batch and the details of another count for both batches', async () => {
    const open = await CostUnderTest.start({ limit: 39 });
    const query = `query ($a: [_Any!]!, $b: [_Any!]!) {
      a: _entities(representations: $a) { ... on Campaign { name } }
      b: _entities(representations: $b) { ... on Campaign { messages { nodes { campaign { name } } } } } }`;
    const b = campaigns(9, (index) => `b${index}`);
    // 1 + 29 for the batch, 9 for messages, and 9 + 4 for their campaigns
    expect(open.problem(query, { a: campaigns(40), b })?.extensions).toMatchObject({ code: tooExpensive });
    expect(open.problem(query, { a: campaigns(40), b })?.message).toContain('52');
  });
});

describe('campaigns by sid from variables', () => {
  const two =
    'query ($a: ID!, $b: ID!) { a: campaign(sid: $a) { messages(first: 500) { nodes { sid } } } b: campaign(sid: $b) { messages(first: 500) { nodes { sid } } } c: campaign(sid: "c") { messages(first: 500) { nodes { sid } } } d: campaign(sid: $a) { messages(first: 501) { nodes { sid } } } }';

  it('count separately if their sids differ, also after a request with equal sids', () => {
    const query = two;
    expect(cost.refusal(query, { a: 'c', b: 'c' })).toBeUndefined();
    expect(cost.refusal(query, { a: 'a', b: 'b' })).toBe(tooExpensive);
    expect(cost.refusal(query, { a: 'c', b: 'c' })).toBeUndefined();
  });

  it('count separately from the literal sids of the document', () => {
    const query = `query (${repeat(16, (n) => `$s${n}: ID!`)}) { ${repeat(
      16,
      (n) =>
        `a${n}: campaign(sid: $s${n}) { messages { totalCount } } b${n}: campaign(sid: "s${n} of its own") { messages { totalCount } }`,
    )} }`;
    const same = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`s${n}`, `s${n} of its own`]));
    const others = Object.fromEntries(Array.from({ length: 16 }, (_, n) => [`s${n}`, `x${n}`]));
    expect(cost.refusal(query, same)).toBeUndefined();
    expect(cost.refusal(query, others)).toBe(tooExpensive);
  });

  it('count a field that selects only the sid apart from one with messages', () => {
    const query = `{ ${repeat(16, (n) => `a${n}: campaign(sid: "${n}") { sid } b${n}: campaign(sid: "${n}") { messages { totalCount } }`)} }`;
    expect(cost.problem(query)?.message).toContain('may need 33 upstream calls'); // 1 + 16 and 16
  });
});

describe('a page size from a variable has its maximum cost', () => {
  const list = (declared: string) =>
    `query (${declared}) { campaigns(first: $n) { nodes { messages(first: 400) { edges { __typename } } } } }`;

  it.each<[string, string, Variables]>([
    ['null, which means the default size', '$n: Int', { n: null }],
    ['an omitted variable', '$n: Int', {}],
    ['null instead of the default value', '$n: Int = 1', { n: null }],
    ['a default value', '$n: Int = 20', {}],
    ['a whole number written as a float', '$n: Int', { n: 20.0 }],
    ['more than the largest page', '$n: Int', { n: 2_000_000_000 }],
    ['a variable with the name of an Object.prototype property', '$toString: Int', {}],
  ])('%s', (_what, declared, variables) => {
    const query = list(declared).replace(
      'first: $n',
      declared.startsWith('$n') ? 'first: $n' : 'first: $toString',
    );
    expect(cost.refusal(query, variables)).toBe(tooExpensive);
    expect(cost.refusal(query, declared.startsWith('$n') ? { n: 1 } : { toString: 1 })).toBeUndefined();
    expect(cost.refusal(query, variables)).toBe(tooExpensive);
  });

  it('after a value that is not an Int', () => {
    const query = list('$n: Int');
    for (const n of [Infinity, '20', true, 1.5, [20], { n: 20 }])
      expect(cost.refusal(query, { n })).toBeUndefined(); // refused as a variable
    expect(cost.refusal(query, { n: null })).toBe(tooExpensive);
  });

  it('if another argument of the list is invalid', () => {
    const query = `query ($f: CampaignOrderField = NAME) { campaigns(first: 20, orderBy: { field: $f, direction: ASC }) {
      nodes { messages(first: 400) { nodes { sid } } } } }`;
    expect(cost.refusal(query, { f: null })).toBe(tooExpensive);
  });

  it('if a condition includes the costly field', () => {
    const query = `query ($with: Boolean = false) { campaigns { nodes { messages(first: 400) @include(if: $with) { nodes { sid } } } } }`;
    expect(cost.refusal(query, { with: false })).toBeUndefined();
    expect(cost.refusal(query)).toBeUndefined();
    expect(cost.refusal(query, { with: true })).toBe(tooExpensive);
    expect(cost.refusal(query, { with: null })).toBe('BAD_USER_INPUT');
  });
});

it('deeply nested variables do not fail the cost check', () => {
  let deep: unknown = {};
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ${messages} } }`;
  expect(cost.refusal(query, { r: [deep] })).toBeUndefined();
});

it('a call limit far above the default is enforced', async () => {
  const open = await CostUnderTest.start({ limit: 5000, maximumValues: 0, maximumBytes: 0 });
  const query = `{ ${repeat(4, (n) => `c${n}: campaign(sid: "${n}") { messages(first: 500) { nodes { campaign { messages(first: 150) { nodes { sid } } } } } }`)} }`;
  expect(open.problem(query)?.message).toContain(`may need ${4 * (10 + 500 * 3)} upstream calls`);
});
