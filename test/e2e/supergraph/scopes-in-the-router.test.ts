import { afterAll, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { composeServices } from '@theguild/federation-composition';
import { parse } from 'graphql';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { printedSchema } from '../../../src/cli/schema.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { type Issuer, sign, startIssuer } from '../../support/clients/issuer.js';
import {
  describeWithSupergraph,
  exampleDirectory,
  type RunningServer,
  startHiveGateway,
  startOwners,
} from '../../support/programs/supergraph.js';

/** The supergraph of the schema of SUBGRAPH_AUTH_DIRECTIVES=on. */
async function supergraphWithScopes(): Promise<string> {
  const { supergraphSdl } = composeServices([
    { name: 'campaigns', url: 'http://campaigns.example', typeDefs: parse(await printedSchema(true)) },
    {
      name: 'owners',
      url: 'http://owners.example',
      typeDefs: parse(readFileSync(`${exampleDirectory}owners/schema.graphql`, 'utf8')),
    },
  ]);
  return supergraphSdl ?? '';
}

describeWithSupergraph('Hive Gateway with the scopes of SUBGRAPH_AUTH_DIRECTIVES=on', () => {
  const directory = mkdtempSync(join(tmpdir(), 'scopes-'));
  let sandbox: Sandbox;
  let gateway: GatewayUnderTest;
  let issuer: Issuer;
  let owners: RunningServer;
  let router: RunningServer;

  beforeAll(async () => {
    const supergraph = join(directory, 'supergraph.graphql');
    writeFileSync(supergraph, await supergraphWithScopes());
    sandbox = await startSandbox({ ...credentials, seed: 'demo' });
    gateway = await startGatewayOn(sandbox.baseUrl); // without authentication: the router alone checks
    [owners, issuer] = await Promise.all([startOwners(), startIssuer()]);
    router = await startHiveGateway('scopes.config.mjs', {
      ...issuer.environment,
      SUPERGRAPH: supergraph,
      CAMPAIGNS_URL: `${gateway.url}/graphql`,
      OWNERS_URL: owners.url,
    });
  });
  afterAll(async () => {
    await Promise.all([router.stop(), owners.stop(), issuer.close(), gateway.close()]);
    await sandbox.close();
    rmSync(directory, { recursive: true });
  });
  beforeEach(() => {
    sandbox.calls.splice(0);
  });

  const refusal = (...path: string[]) => ({ path, extensions: { code: 'UNAUTHORIZED_FIELD_OR_TYPE' } });
  const names = '{ campaigns(first: 1) { nodes { name } } }';
  const numbers = '{ campaigns(first: 1) { nodes { name messages(first: 1) { nodes { number } } } } }';
  const owned = '{ owner(id: "farhan") { name campaigns { name } } }';
  const pause = 'mutation { pauseCampaign(sid: "x") { userErrors { code } } }';

  it.each([
    ['nothing', undefined, names, [refusal('campaigns')]],
    ['nothing', undefined, '{ campaignGateway { mode } }', [refusal('campaignGateway')]],
    ['no scope', 'openid', '{ campaignGateway { mode } }', undefined],
    ['campaigns:read', 'campaigns:read', names, undefined],
    ['campaigns:read', 'campaigns:read', numbers, [refusal('campaigns', 'nodes', 'messages')]],
    ['both scopes of reads', 'campaigns:read messages:read', numbers, undefined],
    [
      'messages:read, through another subgraph',
      'messages:read',
      owned,
      [refusal('owner', 'campaigns', 'name')],
    ],
    ['campaigns:read', 'campaigns:read', pause, [refusal('pauseCampaign')]],
    ['campaigns:write', 'campaigns:write', pause, undefined],
  ])('refuses what the token does not allow: %s, scope %j, %s', async (_name, scope, query, errors) => {
    const headers: Record<string, string> =
      scope === undefined ? {} : { authorization: `Bearer ${await sign(issuer.key, { scope })}` };
    const answer = await ask(router, query, { headers });
    expect(answer.errors).toEqual(errors?.map((error) => expect.objectContaining(error)));
    if (errors && !query.includes('nodes')) expect(sandbox.calls).toEqual([]);
  });
});
