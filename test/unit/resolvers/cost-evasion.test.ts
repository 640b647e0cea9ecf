import { beforeEach, describe, expect, it } from '@jest/globals';
import { CostUnderTest } from '../../support/cost-check.js';

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

describe('entities count at their worst, however they are given', () => {
  const ofType = (type: string, declared?: string) =>
    `query ${declared === undefined ? '' : `(${declared})`} { _entities(representations: [${repeat(
      90,
      (n) => `{ __typename: ${type}, sid: "s${n}" }`,
    )}]) { ${messages} } }`;

  it.each<[string, string, Variables]>([
    ['as literals', ofType('"Campaign"'), {}],
    ['with a type that an id names', ofType('$t', '$t: ID'), { t: 'Campaign' }],
    ['with a type that an id names which must be there', ofType('$t', '$t: ID!'), { t: 'Campaign' }],
    ['with a type that a text names', ofType('$t', '$t: String'), { t: 'Campaign' }],
    ['with a type by default', ofType('$t', '$t: ID = "Campaign"'), {}],
    ['with a type of any kind', ofType('$t', '$t: _Any'), { t: 'Campaign' }],
    [
      'as one variable',
      `query ($r: [_Any!]!) { _entities(representations: $r) { ${messages} } }`,
      { r: campaigns(90) },
    ],
    [
      'as a default',
      `query ($r: [_Any!]! = [${repeat(90, (n) => `{ __typename: "Campaign", sid: "s${n}" }`)}]) {
        _entities(representations: $r) { ${messages} } }`,
      {},
    ],
    [
      'as a variable each',
      `query (${repeat(40, (n) => `$r${n}: _Any!`)}) { _entities(representations: [${repeat(40, (n) => `$r${n}`)}]) {
        ${messages} } }`,
      Object.fromEntries(campaigns(40).map((one, index) => [`r${index}`, one])),
    ],
    [
      'with a sid of its own each',
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
      'as one literal object each, which is taken for a list',
      `{ ${repeat(40, (n) => `e${n}: _entities(representations: { __typename: "Campaign", sid: "${n}" }) { ${messages} }`)} }`,
      {},
    ],
  ])('%s', (_what, query, variables) => {
    expect(cost.refusal(query, variables)).toBe(tooExpensive);
    expect(cost.refusal(query, variables)).toBe(tooExpensive); // and again
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

  it('once for a sid that is there often, and not for what is no campaign', () => {
    const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ${messages} } }`;
    expect(cost.refusal(query, { r: campaigns(90, () => 'same') })).toBeUndefined();
    expect(
      cost.refusal(query, { r: [{ __typename: 'Campaign', sid: 'a' }, null, [], 5, 'x'].slice(0, 1) }),
    ).toBeUndefined();
    expect(cost.refusal(query, { r: campaigns(90, (index) => index) })).toBeUndefined(); // sids are texts
    const lists = campaigns(90).map((one) => ({ ...one, __typename: 'ContactList' }));
    expect(cost.refusal(query, { r: lists })).toBeUndefined();
  });

  it('what one of two batches asks of messages, beside the details that the other asks', async () => {
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

describe('campaigns by their sids', () => {
  const two =
    'query ($a: ID!, $b: ID!) { a: campaign(sid: $a) { messages(first: 500) { totalCount } } b: campaign(sid: $b) { messages(first: 500) { totalCount } } c: campaign(sid: "c") { messages(first: 500) { totalCount } } d: campaign(sid: $a) { messages(first: 501) { totalCount } } }';

  it('are as many as there may be, though they were one before', () => {
    const query = two;
    expect(cost.refusal(query, { a: 'c', b: 'c' })).toBeUndefined();
    expect(cost.refusal(query, { a: 'a', b: 'b' })).toBe(tooExpensive);
    expect(cost.refusal(query, { a: 'c', b: 'c' })).toBeUndefined();
  });

  it('are no sid of the document, whatever that is', () => {
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

  it('are read for a field that asks nothing but the sid, beside one with messages', () => {
    const query = `{ ${repeat(16, (n) => `a${n}: campaign(sid: "${n}") { sid } b${n}: campaign(sid: "${n}") { messages { totalCount } }`)} }`;
    expect(cost.problem(query)?.message).toContain('may need 33 upstream calls'); // 1 + 16 and 16
  });
});

describe('page sizes count at their worst', () => {
  const list = (declared: string) =>
    `query (${declared}) { campaigns(first: $n) { nodes { messages(first: 400) { totalCount } } } }`;

  it.each<[string, string, Variables]>([
    ['null, which is the default size', '$n: Int', { n: null }],
    ['left out', '$n: Int', {}],
    ['null in place of a default', '$n: Int = 1', { n: null }],
    ['a default', '$n: Int = 20', {}],
    ['a whole number with a fraction of nothing', '$n: Int', { n: 20.0 }],
    ['more than the largest page', '$n: Int', { n: 2_000_000_000 }],
    ['a variable that is named as a property of every object is', '$toString: Int', {}],
  ])('%s', (_what, declared, variables) => {
    const query = list(declared).replace(
      'first: $n',
      declared.startsWith('$n') ? 'first: $n' : 'first: $toString',
    );
    expect(cost.refusal(query, variables)).toBe(tooExpensive);
    expect(cost.refusal(query, declared.startsWith('$n') ? { n: 1 } : { toString: 1 })).toBeUndefined();
    expect(cost.refusal(query, variables)).toBe(tooExpensive);
  });

  it('after a number that is none', () => {
    const query = list('$n: Int');
    for (const n of [Infinity, '20', true, 1.5, [20], { n: 20 }])
      expect(cost.refusal(query, { n })).toBeUndefined(); // refused as a variable
    expect(cost.refusal(query, { n: null })).toBe(tooExpensive);
  });

  it('where another argument of the page is refused', () => {
    const query = `query ($f: CampaignOrderField = NAME) { campaigns(first: 20, orderBy: { field: $f, direction: ASC }) {
      nodes { messages(first: 400) { totalCount } } } }`;
    expect(cost.refusal(query, { f: null })).toBe(tooExpensive);
  });

  it('with a condition on what costs', () => {
    const query = `query ($with: Boolean = false) { campaigns { nodes { messages(first: 400) @include(if: $with) { totalCount } } } }`;
    expect(cost.refusal(query, { with: false })).toBeUndefined();
    expect(cost.refusal(query)).toBeUndefined();
    expect(cost.refusal(query, { with: true })).toBe(tooExpensive);
    expect(cost.refusal(query, { with: null })).toBe('BAD_USER_INPUT');
  });
});

it('variables that nest without an end are an error of nobody', () => {
  let deep: unknown = {};
  for (let level = 0; level < 100_000; level += 1) deep = [deep];
  const query = `query ($r: [_Any!]!) { _entities(representations: $r) { ${messages} } }`;
  expect(cost.refusal(query, { r: [deep] })).toBeUndefined();
});

it('a limit far over the default is held as well', async () => {
  const open = await CostUnderTest.start({ limit: 5000, maximumValues: 0, maximumBytes: 0 });
  const query = `{ ${repeat(4, (n) => `c${n}: campaign(sid: "${n}") { messages(first: 500) { nodes { campaign { messages(first: 150) { totalCount } } } } }`)} }`;
  expect(open.problem(query)?.message).toContain(`may need ${4 * (10 + 500 * 3)} upstream calls`);
});
