import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { everyTransport, run } from '../../support/clients/every-transport.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let closed: GatewayUnderTest;
let open: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  closed = await startGatewayOn(sandbox.baseUrl, { INTROSPECTION: 'off', GRAPHIQL: 'off' });
  open = await startGatewayOn(sandbox.baseUrl);
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await closed.close();
  await open.close();
  await sandbox.close();
});

describe.each(everyTransport)('INTROSPECTION=off, over %s', (transport) => {
  it.each([
    ['__schema', '{ __schema { queryType { name } } }'],
    ['__type', '{ __type(name: "Campaign") { name } }'],
    ['__schema under another name', '{ x: __schema { types { name } } }'],
    ['__schema in a fragment', '{ ...A } fragment A on Query { __schema { types { name } } }'],
    ['the SDL for routers', '{ _service { sdl } }'],
    ['the SDL in a fragment', '{ ... { x: _service { sdl } } }'],
  ])('refuses %s', async (_what, query) => {
    const { data, errors, status } = await run(closed.url, transport, { query });
    expect(data ?? null).toBeNull();
    expect(errors?.[0]?.extensions?.code).toBe('GRAPHQL_VALIDATION_FAILED');
    if (transport === 'http') expect(status).toBe(400);
    expect((await run(open.url, transport, { query })).errors).toBeUndefined();
  });

  it.each<[string, string, Record<string, unknown>]>([
    ['a field', '{ campaign(sid: "a") { nam } }', {}],
    ['an argument', '{ campaign(si: "a") { name } }', {}],
    ['a type', 'query ($x: Campain) { __typename }', {}],
    ['an enum', '{ campaigns(filter: { status: [PAUSE] }) { totalCount } }', {}],
    [
      'an enum in a variable',
      'query ($x: CampaignFilter) { campaigns(filter: $x) { totalCount } }',
      { x: { status: ['PAUSE'] } },
    ],
    [
      'a field of a variable',
      'query ($x: CampaignFilter) { campaigns(filter: $x) { totalCount } }',
      { x: { nam: 'abc' } },
    ],
  ])('gives no suggestions for %s', async (_what, query, variables) => {
    const received = await run(open.url, transport, { query, variables });
    expect(JSON.stringify(received.errors)).toContain('Did you mean');
    const { errors } = await run(closed.url, transport, { query, variables });
    expect(errors?.length).toBeGreaterThan(0);
    expect(JSON.stringify(errors)).not.toContain('Did you mean');
    expect(sandbox.calls).toEqual([]);
  });

  it('allows __typename', async () => {
    expect(await run(closed.url, transport, { query: '{ __typename }' })).toMatchObject({
      data: { __typename: 'Query' },
    });
  });
});
