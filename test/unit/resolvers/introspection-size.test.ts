import { beforeAll, describe, expect, it } from '@jest/globals';
import { getIntrospectionQuery } from 'graphql';
import { CostUnderTest } from '../../support/operations/cost-check.js';
import { everyIntrospection } from '../../support/operations/every-field.js';

let cost: CostUnderTest;
beforeAll(async () => {
  cost = await CostUnderTest.start();
});

describe('introspection', () => {
  /** Bytes that the estimate adds to every response. */
  const around = 2000;

  it.each([
    everyIntrospection,
    getIntrospectionQuery({ descriptions: false }),
    '{ __schema { types { kind name fields(includeDeprecated: true) { name type { name ofType { name ofType { kind } } } } } } }',
    '{ a: __type(name: "Campaign") { fields { ...F ...F } } b: __type(name: "Nothing") { name } __typename } fragment F on __Field { name, args { defaultValue } __typename }',
    '{ __schema { directives { name locations args { name type { name } } } queryType { fields { type { possibleTypes { name } } } } } }',
  ])('has its exact size as its estimate (%#)', async (query) => {
    const { bytes } = cost.size(query);
    const real = await cost.answered(query);
    expect(bytes).toBeGreaterThanOrEqual(real);
    expect(bytes).toBeLessThanOrEqual(real + around);
  });

  it('has its exact number of values as its estimate', () => {
    const aliases = Array.from({ length: 20 }, (_, n) => `t${n}: __schema { types { name kind } }`);
    const query = `{ ${aliases.join(' ')} }`;
    expect(cost.size(query).values).toBeGreaterThan(20 * 50 * 2);
  });
});
