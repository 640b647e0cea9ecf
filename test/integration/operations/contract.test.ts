import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { CriticalityLevel, diff } from '@graphql-inspector/core';
import { buildSchema, getIntrospectionQuery, type IntrospectionQuery } from 'graphql';
import { printedSchema } from '../../../src/cli/schema.js';
import { startSandbox } from '../../../src/sandbox/sandbox.js';
import { credentials, startGatewayOn } from '../../support/gateway/gateway-under-test.js';

const committed = readFileSync(new URL('../../../schema.graphql', import.meta.url), 'utf8');
const contract = readFileSync(new URL('../../fixtures/contract.graphql', import.meta.url), 'utf8');

describe('the schema', () => {
  it('in schema.graphql is up to date with the code', async () => {
    expect(await printedSchema()).toBe(committed);
  });

  it('has no breaking change', async () => {
    const changes = await diff(buildSchema(contract), buildSchema(committed, { assumeValidSDL: true }));
    const breaking = changes.filter(({ criticality }) => criticality.level === CriticalityLevel.Breaking);
    expect(breaking.map(({ message }) => message)).toEqual([]);
  });

  it('has a description for every type, field, argument and value', async () => {
    const sandbox = await startSandbox({ ...credentials, seed: 'empty' });
    const gateway = await startGatewayOn(sandbox.baseUrl);
    try {
      const { text } = await gateway.send({ query: getIntrospectionQuery() });
      const { data } = JSON.parse(text) as { data: IntrospectionQuery };
      expect(undescribed(data)).toEqual([]);
    } finally {
      await gateway.close();
      await sandbox.close();
    }
  });
});

/** The paths of everything of ours that has no description. */
function undescribed({ __schema }: IntrospectionQuery): string[] {
  const builtIn = /^(__.*|String|Int|Float|Boolean|ID)$/;
  const ofFederation = /^(_|link__|federation__)|\._(entities|service)/;
  return __schema.types.flatMap((type) => {
    const parts = [
      ...(builtIn.test(type.name) ? [] : [{ path: type.name, description: type.description }]),
      ...(type.kind === 'OBJECT' && !type.name.startsWith('__') ? type.fields : []).flatMap((field) => [
        { path: `${type.name}.${field.name}`, description: field.description },
        ...field.args.map((arg) => ({
          path: `${type.name}.${field.name}(${arg.name})`,
          description: arg.description,
        })),
      ]),
      ...(type.kind === 'INPUT_OBJECT' ? type.inputFields : []).map((field) => ({
        path: `${type.name}.${field.name}`,
        description: field.description,
      })),
      ...(type.kind === 'ENUM' && !type.name.startsWith('__') ? type.enumValues : []).map((value) => ({
        path: `${type.name}.${value.name}`,
        description: value.description,
      })),
    ];
    return parts
      .filter(({ path, description }) => !description && !ofFederation.test(path))
      .map(({ path }) => path);
  });
}
