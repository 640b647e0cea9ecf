import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { printedSchema } from '../../src/cli/schema.js';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { credentials, startGatewayOn } from '../support/gateway/gateway-under-test.js';

const committed = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

/** What the composers of Apollo and The Guild say of a schema beside that of another subgraph. */
function composed(schema: string): Record<string, unknown> {
  const script = fileURLToPath(new URL('compose.mjs', import.meta.url));
  const { stdout } = spawnSync(process.execPath, [script], { input: schema, encoding: 'utf8' });
  return JSON.parse(stdout) as Record<string, unknown>;
}

/** How many directives of a name a schema has, with their definition. */
const count = (schema: string, directive: string): number => schema.split(`@${directive}(`).length - 1;

describe('the subgraph', () => {
  it.each([
    ['schema.graphql', false],
    ['the schema of SUBGRAPH_AUTH_DIRECTIVES=on', true],
  ])(
    "composes with another subgraph without an error or a hint, with Apollo's composer and The Guild's: %s",
    async (_name, hasAuthDirectives) => {
      const schema = await printedSchema(hasAuthDirectives);
      const kept = {
        costs: count(schema, 'cost'),
        listSizes: count(schema, 'listSize'),
        scopes: hasAuthDirectives ? count(schema, 'requiresScopes') : 0,
      };
      const clean = { errors: [], hints: [], hasCampaigns: true, ...kept };
      expect(composed(schema)).toEqual({ apollo: clean, guild: clean });
    },
  );

  it('serves its scopes as `_service { sdl }` with SUBGRAPH_AUTH_DIRECTIVES=on', async () => {
    const sandbox = await startSandbox({ ...credentials, seed: 'empty' });
    const gateway = await startGatewayOn(sandbox.baseUrl, { SUBGRAPH_AUTH_DIRECTIVES: 'on' });
    try {
      const { text } = await gateway.send({ query: '{ _service { sdl } }' });
      expect(JSON.parse(text)).toEqual({ data: { _service: { sdl: await printedSchema(true) } } });
    } finally {
      await gateway.close();
      await sandbox.close();
    }
  });

  it('equals the committed schema.graphql exactly', async () => {
    const sandbox = await startSandbox({ ...credentials, seed: 'empty' });
    const gateway = await startGatewayOn(sandbox.baseUrl);
    try {
      const answer = await request(`${gateway.url}/graphql`, {
        method: 'POST',
        headers: { 'content-type': 'application/json' },
        body: JSON.stringify({ query: '{ _service { sdl } }' }),
      });
      expect(await answer.body.json()).toEqual({ data: { _service: { sdl: committed } } });
    } finally {
      await gateway.close();
      await sandbox.close();
    }
  });
});
