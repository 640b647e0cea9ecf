import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { buildSchema } from 'graphql';
import { estimateOf } from '../../../support/operations/estimate.js';
import { randomQuery } from '../../../support/operations/random-operation.js';
import { StaticCost } from '../../../support/operations/static-cost.js';
import { runsOf } from '../../../support/property-runs.js';

const schema = readFileSync(new URL('../../../../schema.graphql', import.meta.url), 'utf8');
/** The list size and the limit of docs/federation.md: less than 50 for each of the 30 calls that the gateway allows. */
const [listSize, maximum] = [20, 1499];
const ofGateway = new StaticCost(buildSchema(schema, { assumeValidSDL: true }), listSize);

/** Apollo's example (documentation of demand control). */
const books = new StaticCost(
  buildSchema(`
    directive @cost(weight: Int!) on OBJECT
    directive @listSize(assumedSize: Int, slicingArguments: [String!]) on FIELD_DEFINITION
    type Query {
      book(id: ID): Book
      bestsellers: [Book] @listSize(assumedSize: 5)
      newestAdditions(after: ID, limit: Int!): [Book] @listSize(slicingArguments: ["limit"])
    }
    type Book { title: String author: Author publisher: Publisher }
    type Author { name: String }
    type Publisher { name: String address: Address }
    type Address @cost(weight: 5) { zipCode: Int! }
  `),
  listSize,
);
const book = '{ title author { name } publisher { name address { zipCode } } }';

const page = (of: string, rows: string): string => `{ campaigns${of} { nodes { name ${rows} } } }`;
const messages = (of = ''): string => `messages${of} { nodes { number status } }`;
const sids = (count: number): string => JSON.stringify(Array.from({ length: count }, (_, at) => `sid${at}`));

const lookups = (count: number): string =>
  `{ ${Array.from({ length: count }, (_, at) => `a${at}: campaign(sid: "${at}") { name }`).join(' ')} }`;

/** Operations in the order of the gateway's estimates, which are the most upstream calls of each. */
const operations: readonly (readonly [calls: number, query: string])[] = [
  [0, '{ campaignGateway { budget { remaining } } }'],
  [1, '{ campaign(sid: "a") { name stats { total } schedule { startTime } lists { sid } } }'],
  [1, page('', 'stats { total }')],
  [1, page('(first: 50)', '')],
  [2, page('(first: 51)', '')],
  [2, `{ campaign(sid: "a") { name ${messages()} } }`],
  [2, page('(after: "c", first: 20)', '')],
  [3, page('(last: 20)', '')],
  [3, page('(first: 150)', '')],
  [4, page('(first: 200)', '')],
  [5, `{ campaignsBySid(sids: ${sids(4)}) { name } }`],
  [5, `{ campaign(sid: "a") { name ${messages('(first: 200)')} } }`],
  [11, `{ campaignsBySid(sids: ${sids(10)}) { name } }`],
  [11, `{ campaign(sid: "a") { name ${messages('(first: 500)')} } }`],
  [20, lookups(19)],
  [21, page('', messages())],
  [
    21,
    `{ campaigns { edges { cursor node { name stats { sent } messages { edges { node { number } } } } } } }`,
  ],
  [31, lookups(30)],
  [62, page('(first: 60)', messages('(first: 1)'))],
  [201, page('', messages('(first: 500)'))],
];

describe('the directives @cost and @listSize', () => {
  it.each([
    [4 + 4, `{ book(id: 1) ${book} }`],
    [40, `{ bestsellers ${book} }`],
    [24, `{ newestAdditions(limit: 3) ${book} }`],
    [56, `{ newestAdditions(limit: 7) ${book} }`],
  ])("are counted here as in Apollo's examples: %d", (cost, query) => {
    expect(books.of(query)).toBe(cost);
  });

  it('order operations as the estimates of the gateway do', () => {
    const costs = operations.map(([, query]) => ofGateway.of(query));
    expect(operations.map(([, query]) => estimateOf(query))).toEqual(operations.map(([calls]) => calls));
    expect(costs).toEqual(costs.toSorted((a, b) => a - b));
  });

  it('let a router with a limit of 1499 pass what the gateway passes', () => {
    for (const [calls, query] of operations)
      expect([query, ofGateway.of(query) <= maximum]).toEqual([query, calls <= 30]);
  });

  it('let a router refuse whatever the gateway refuses', () => {
    const listed = { sids: ['a', 'b', 'c'], campaigns: ['c1', 'c2'], messages: { a: ['m1', 'm2'] } };
    let refused = 0;
    fc.assert(
      fc.property(randomQuery(listed), ({ query, variables }) => {
        // Without a row, a page of any size costs a router one call; entities cost it what their fields do.
        fc.pre(!query.includes('_entities'));
        if (estimateOf(query, variables) <= 30) return;
        refused += 1;
        expect(ofGateway.of(query, variables)).toBeGreaterThan(maximum);
      }),
      { numRuns: runsOf(600), seed: 7 },
    );
    expect(refused).toBeGreaterThan(50);
  });
});
