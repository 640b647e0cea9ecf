import { expect, it } from '@jest/globals';
import { mapSchema } from '@graphql-tools/utils';
import fc from 'fast-check';
import {
  execute,
  getNamedType,
  getNullableType,
  type GraphQLFieldResolver,
  type GraphQLObjectType,
  type GraphQLSchema,
  isEnumType,
  isIntrospectionType,
  isLeafType,
  isListType,
  isObjectType,
  parse,
} from 'graphql';
import { GatewayError } from '../../../../src/domain/errors.js';
import { campaignPageLimits, messagePageLimits } from '../../../../src/domain/lists/page.js';
import { leafBytes } from '../../../../src/operations/cost/answer-size.js';
import { pageRows } from '../../../../src/operations/cost/page-calls.js';
import { createSchema } from '../../../../src/resolvers/schema.js';
import { CostUnderTest } from '../../../support/operations/cost-check.js';
import { type Listed, randomQuery } from '../../../support/operations/random-operation.js';
import { limitOf, runsOf } from '../../../support/property-runs.js';

const listed: Listed = { sids: ['a', 'b', 'c'], campaigns: [], messages: {} };
/** Frequency of unreadable values in nullable places. */
let failures = 0;
let drawn = 0;

/** The largest upstream data: full pages, texts of maximum length, and errors anywhere. */
async function worstSchema(): Promise<GraphQLSchema> {
  const schema = mapSchema(await createSchema()); // a copy: the gateways of this process share the original
  for (const type of Object.values(schema.getTypeMap()))
    if (isObjectType(type) && !isIntrospectionType(type)) answerWorst(type);
  return schema;
}

function answerWorst(parent: GraphQLObjectType): void {
  for (const [name, field] of Object.entries(parent.getFields())) {
    const type = getNamedType(field.type);
    const isList = isListType(getNullableType(field.type));
    const value = (): unknown => {
      if (!isLeafType(type)) return isFailing() ? unreadable() : { __typename: type.name };
      if (type.name === 'Int') return -2_147_483_648;
      if (type.name === 'Float') return -1.2345678901234567e-300;
      if (type.name === 'Boolean') return false;
      if (!isEnumType(type)) return 'x'.repeat(leafBytes(parent, field) - 2);
      return type
        .getValues()
        .reduce((longest, one) => (one.name.length > longest.name.length ? one : longest)).value;
    };
    const resolve: GraphQLFieldResolver<{ rows?: number }, unknown> = (
      source,
      args: Record<string, unknown>,
    ) => {
      if (name === 'campaigns') return { rows: pageRows(args, campaignPageLimits) };
      if (name === 'messages')
        return isFailing() ? unreadable() : { rows: pageRows(args, messagePageLimits) };
      if (name === '_entities')
        return (args['representations'] as { __typename: string }[]).map(({ __typename }) =>
          __typename === 'Campaign' && !isFailing() ? { __typename } : unreadable(),
        );
      if (name === 'campaignsBySid') return (args['sids'] as string[]).map(value);
      if (name === 'variables') return ['name'];
      if (name === 'field') return ['input', 'schedule', 'startTime'];
      if (!isList) return value();
      const items =
        name === 'nodes' || name === 'edges' ? (source.rows ?? 0) : name === 'userErrors' ? 64 : 5;
      return Array.from({ length: items }, value);
    };
    field.resolve = resolve;
  }
}

function isFailing(): boolean {
  drawn += 1;
  return failures > 0 && drawn % failures === 0;
}

function unreadable(): Error {
  return new GatewayError('UPSTREAM_INVALID_RESPONSE', 'x'.repeat(100), { sid: 's'.repeat(128) });
}

it('no response is longer than its estimate, for any operation and any upstream data', async () => {
  const schema = await worstSchema();
  const cost = await CostUnderTest.start();
  const names = fc.constantFrom(0, 30, 3000);
  const operations = fc.tuple(randomQuery(listed, names), fc.constantFrom(0, 1, 2, 7, 100));
  let closest = 0;
  await fc.assert(
    fc.asyncProperty(operations, async ([{ query, variables }, failsEvery]) => {
      const { values, bytes } = cost.size(query, variables);
      fc.pre(bytes < 30_000_000 && values < 50_000);
      failures = failsEvery;
      const answer = await execute({ schema, document: parse(query), variableValues: variables });
      const length = Buffer.byteLength(JSON.stringify(answer));
      expect(length).toBeLessThanOrEqual(bytes);
      closest = Math.max(closest, length / bytes);
    }),
    { numRuns: runsOf(60), ...limitOf(20_000) },
  );
  expect(closest).toBeGreaterThan(0.5); // of as many operations as a slow machine runs in time
});
