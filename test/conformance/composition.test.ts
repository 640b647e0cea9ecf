import { execFile } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { describe, expect, it } from '@jest/globals';
import { request } from 'undici';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { credentials, startGatewayOn } from '../support/gateway-under-test.js';

const committed = readFileSync(new URL('../../schema.graphql', import.meta.url), 'utf8');

describe('the subgraph', () => {
  it.each(['apollo', 'guild'] as const)(
    'composes with another subgraph without an error or a hint: %s',
    async (composer) => {
      const script = fileURLToPath(new URL('compose.mjs', import.meta.url));
      const { stdout } = await promisify(execFile)(process.execPath, [script]);
      const said = JSON.parse(stdout) as Record<string, unknown>;
      expect(said[composer]).toEqual({ errors: [], hints: [], hasCampaigns: true });
    },
  );

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
