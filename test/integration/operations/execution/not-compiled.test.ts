import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { comparedSoFar } from '../../../support/gateway/both-ways.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';

const now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;
let name: string;

beforeEach(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now });
  ({ sid, name } = sandbox.state.insert({ status: 'in-progress', audience: 120 }));
  const each = { ANSWERS_CACHE_BYTES: '0' }; // every time is to be run
  gateway = await startGatewayOn(sandbox.baseUrl, each, () => now);
});
afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

const named = 'fragment Named on Campaign { name }';
/** One name, and as many times over as a compiler that knows no fragments makes of it. */
const doubled = `${Array.from({ length: 9 }, (_, n) => `fragment F${n} on Campaign { ...F${n + 1} ...F${n + 1} }`).join(' ')}
  fragment F9 on Campaign { name }`;

describe('a query that graphql-jit executes incorrectly or expands too much is not compiled', () => {
  /** The answer without its cache tags, which are the same whether a query is compiled or not. */
  const asText = async (query: string, operationName?: string): Promise<string> =>
    (await gateway.send({ query, operationName, variables: { sid } })).text.replace(
      /,"extensions":\{"apolloCacheTags":\[[^\]]*\]\}/,
      '',
    );

  it.each([
    [
      'a fragment that is left out in one place and not in another',
      `query ($sid: ID!, $no: Boolean = false) { a: campaign(sid: $sid) { sid ...Named @include(if: $no) }
        b: campaign(sid: $sid) { ...Named } } ${named}`,
      () => `{"a":{"sid":"${sid}"},"b":{"name":"${name}"}}`,
    ],
    [
      'a fragment that is left out and then not, of the same campaign',
      `query ($sid: ID!) { campaign(sid: $sid) { ...Named @skip(if: true) ...Named } } ${named}`,
      () => `{"campaign":{"name":"${name}"}}`,
    ],
    [
      'fields that merge, one of them left out with all that it selects',
      `query ($sid: ID!, $no: Boolean = false) { campaign(sid: $sid) { name }
        campaign(sid: $sid) @include(if: $no) { ... { status } } }`,
      () => `{"campaign":{"name":"${name}"}}`,
    ],
    [
      'a field by the name of what every object has',
      'query ($sid: ID!) { campaign(sid: $sid) { __proto__: name } }',
      () => `{"campaign":{"__proto__":"${name}"}}`,
    ],
    [
      'fragments of fragments, each spread twice',
      `query ($sid: ID!) { campaign(sid: $sid) { ...F0 } } ${doubled}`,
      () => `{"campaign":{"name":"${name}"}}`,
    ],
  ])('%s', async (_what, query, data) => {
    const before = comparedSoFar();
    expect(await asText(query)).toBe(`{"data":${data()}}`);
    expect(await asText(query)).toBe(`{"data":${data()}}`);
    expect(comparedSoFar()).toBe(before);
  });

  it('a fragment that only one of two operations uses', async () => {
    const query = `query A($sid: ID!) { campaign(sid: $sid) { sid ...Named @skip(if: true) } }
      query B($sid: ID!) { campaign(sid: $sid) { ...Named } } ${named}`;
    expect(await asText(query, 'A')).toBe(`{"data":{"campaign":{"sid":"${sid}"}}}`);
    expect(await asText(query, 'B')).toContain('"name"');
  });
});
