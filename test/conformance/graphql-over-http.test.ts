import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { serverAudits } from 'graphql-http';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from '../support/gateway/gateway-under-test.js';

/** What we do otherwise than the specification recommends, and why. */
const ours = new Map([
  ['5A70', 'GET needs a header that no link can send: the guard against forged requests'],
  ['D6D5', 'the same'],
  ['6A70', 'the same'],
  ['572B', 'a refusal is 4xx whatever is accepted: proxies, alarms and logs see it (docs/limits.md)'],
  ['FDE2', 'the same'],
  ['7B9B', 'the same'],
]);

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

describe('GraphQL over HTTP', () => {
  const audits = serverAudits({ url: () => `${gateway.url}/graphql` });

  it.each(audits.filter(({ id }) => !ours.has(id)).map((audit) => [audit.id, audit.name, audit] as const))(
    '%s: %s',
    async (_id, _name, audit) => {
      const result = await audit.fn();
      expect({ status: result.status, reason: 'reason' in result ? result.reason : '' }).toEqual({
        status: 'ok',
        reason: '',
      });
    },
  );

  it.each(audits.filter(({ id }) => ours.has(id)).map((audit) => [audit.id, audit.name, audit] as const))(
    'recommendation that we do not follow, %s: %s',
    async (_id, _name, audit) => {
      expect(['notice', 'warn']).toContain((await audit.fn()).status);
    },
  );
});
