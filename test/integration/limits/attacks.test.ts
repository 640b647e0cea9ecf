import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { Agent, request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { type Attack, attacks } from '../../support/hostile/attacks.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
const dispatcher = new Agent({ connections: 4 });

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  gateway = await startGatewayOn(sandbox.baseUrl, { LOG_LEVEL: 'error' });
});
beforeEach(() => {
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await dispatcher.close();
  await gateway.close();
  await sandbox.close();
});

async function attack({ path = '/graphql', method = 'POST', headers, body }: Attack) {
  const answer = await request(`${gateway.url}${path}`, {
    method: method as 'POST',
    headers: headers ?? { 'content-type': 'application/json' },
    body: body ?? null,
    dispatcher,
  });
  return { status: answer.statusCode, text: await answer.body.text() };
}

describe('attacks are refused without an upstream call, and without internals in the response', () => {
  it.each(attacks.map((one) => [one.what, one] as const))('%s', async (_what, one) => {
    const logged = gateway.logs.length;
    const { status, text } = await attack(one);
    expect(status).toBeLessThan(500);
    // What the rules of a field refuse is an error at its path, in an answer.
    if (status < 400) expect(text).toContain('"code":"BAD_USER_INPUT"');
    expect(text).not.toMatch(/node_modules|\.[jt]s:\d+|\bat \S+ \(|127\.0\.0\.1|token-of-acme|v2\/accounts/);
    expect(text.length).toBeLessThan(120_000); // no more than was sent, which is the most that a name can be
    expect(sandbox.calls).toEqual([]);
    expect(gateway.logs.slice(logged)).toEqual([]);
  });
});

it('a thousand of them leave no memory behind, and other requests are served after them', async () => {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  const round = async (count: number): Promise<number> => {
    for (let index = 0; index < count; index += 4)
      await Promise.all(
        [0, 1, 2, 3].map((next) => attack(attacks[(index + next) % attacks.length] ?? { what: '' })),
      );
    collect();
    return process.memoryUsage().heapUsed;
  };
  const before = await round(200);
  const after = await round(1000);
  expect(after / before).toBeLessThan(1.25);
  expect(sandbox.calls).toEqual([]);
  expect((await attack({ what: 'none', body: '{"query":"{ __typename }"}' })).status).toBe(200);
});
