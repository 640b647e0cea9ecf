import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { buildSchema, Kind, parse, validate } from 'graphql';
import { readFileSync } from 'node:fs';
import { request } from 'undici';
import { type Gateway } from '../../src/gateway.js';
import { examples } from '../../src/server/examples/examples.js';
import { type GraphqlAnswer, startGatewayUnderTest } from './graphiql-under-test.js';

const schema = buildSchema(readFileSync('schema.graphql', 'utf8'));
const operations = examples.flatMap(({ document, variables }) =>
  parse(document).definitions.flatMap((definition) =>
    definition.kind === Kind.OPERATION_DEFINITION && definition.name
      ? [{ name: definition.name.value, document, variables }]
      : [],
  ),
);

describe('the examples in GraphiQL', () => {
  let gateway: Gateway;
  beforeAll(async () => {
    gateway = await startGatewayUnderTest();
  });
  afterAll(() => gateway.close());

  it.each(operations)('$name is valid in the schema', ({ document }) => {
    expect(validate(schema, parse(document))).toEqual([]);
  });

  // In the order of the tabs, since the life of a campaign is one.
  it.each(operations)('$name does what it says on the sandbox', async ({ name, document, variables }) => {
    const { body } = await request(`${gateway.url}/graphql`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ query: document, variables, operationName: name }),
    });
    const { data, errors } = (await body.json()) as GraphqlAnswer;
    expect(errors).toBeUndefined();
    for (const result of Object.values(data ?? { nothing: null })) {
      expect(result).not.toBeNull();
      const payload = result as { readonly userErrors?: readonly unknown[] };
      expect(payload.userErrors ?? []).toEqual([]);
    }
  });
});
