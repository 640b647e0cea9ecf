import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { describe, expect, it } from '@jest/globals';
import { blocksOf } from '../support/frontend/page-blocks.js';
import { readYaml } from '../support/programs/yaml.js';

type Validate = ((value: unknown) => boolean) & { readonly errors?: unknown };
const { Ajv2020 } = createRequire(createRequire(import.meta.url).resolve('ajv-formats'))('ajv/dist/2020') as {
  readonly Ajv2020: new (options: object) => { compile(schema: unknown): Validate };
};

const textOf = (path: string): string => readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');

describe('the recipes for routers', () => {
  it.each(['gateway.config.mjs', 'apollo-gateway.mjs', 'scopes.config.mjs'])(
    'in docs/federation.md are the files that the tests run: %s',
    async (name) => {
      const file = `examples/supergraph/${name}`;
      const recipe = (await blocksOf('docs/federation.md')).find((block) => block.file === file);
      expect(recipe?.text).toBe(`// ${file}\n${textOf(file).replace(/^#!.*\n/, '')}`);
    },
  );

  it("for Cosmo has a configuration that is valid by the router's JSON schema", () => {
    const schema: unknown = JSON.parse(textOf('test/fixtures/cosmo-router.schema.json'));
    const validate = new Ajv2020({ strict: false, allErrors: true, validateFormats: false }).compile(schema);
    const recipe = readYaml('examples/supergraph/cosmo/router.yaml') as object;
    expect([validate(recipe), validate.errors]).toEqual([true, null]);
    expect(validate({ ...recipe, security: { cost_controls: {} } })).toBe(false);
  });

  it('refuse by @cost at the same limit in every router: less than 50 for each call of MAX_UPSTREAM_CALLS', () => {
    const apollo = readYaml('examples/supergraph/router.yaml') as {
      readonly demand_control: { readonly strategy: { readonly static_estimated: unknown } };
    };
    const cosmo = readYaml('examples/supergraph/cosmo/router.yaml') as {
      readonly security: { readonly cost_control: unknown };
    };
    const [list, maximum] = [20, 30 * 50 - 1];
    expect(apollo.demand_control.strategy.static_estimated).toEqual({ list_size: list, max: maximum });
    expect(cosmo.security.cost_control).toMatchObject({
      estimated_list_size: list,
      max_estimated_limit: maximum,
    });
    expect(textOf('examples/supergraph/gateway.config.mjs')).toContain(
      `demandControl: { maxCost: ${maximum}, listSize: ${list} },`,
    );
  });
});
