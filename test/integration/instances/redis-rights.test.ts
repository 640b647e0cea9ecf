import { afterEach, expect, it } from '@jest/globals';
import { request } from 'undici';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { until } from '../../support/clients/subscribing.js';
import { credentials, type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { startTwoGateways, type TwoGateways } from '../../support/gateway/two-gateways.js';
import {
  describeWithRedis,
  documentedRights,
  type RunningRedis,
  startRedis,
  withUser,
} from '../../support/programs/redis.js';
import { createdSid, keyed, posts } from '../../support/writing/creating.js';

let redis: RunningRedis;
let sandbox: Sandbox;
let gateways: TwoGateways;

async function start(rights: string): Promise<void> {
  redis = await startRedis();
  sandbox = await startSandbox({ ...credentials, seed: 'demo' });
  gateways = await startTwoGateways(sandbox.baseUrl, { url: await withUser(redis, rights) });
}
afterEach(async () => {
  await gateways.close();
  await sandbox.close();
  await redis.stop();
});

interface Readiness {
  readonly status: string;
  readonly checks: { readonly redis: string };
}

/** Resolves when both gateways report this status, and this of Redis. */
async function become(status: string, redisIs: string): Promise<void> {
  const isOf = async ({ url }: GatewayUnderTest): Promise<boolean> => {
    const { body } = await request(`${url}/readyz`);
    const answer = (await body.json()) as Readiness;
    return answer.status === status && answer.checks.redis === redisIs;
  };
  await until(async () => (await isOf(gateways.a)) && (await isOf(gateways.b)), 20_000, status);
}

const statusQuery = 'query ($sid: ID!) { campaign(sid: $sid) { status } }';

describeWithRedis('the documented rights of a Redis user', () => {
  it('suffice: a create that is repeated at another instance is one campaign, and that instance receives its change', async () => {
    await start(documentedRights);
    const { a, b } = gateways;
    await become('ok', 'ok');
    const sid = await createdSid(a, keyed);
    expect(await createdSid(b, keyed)).toBe(sid);
    expect(posts(sandbox)).toBe(1);
    const running = sandbox.state.campaigns().find(({ status }) => status === 'in-progress')?.sid;
    const variables = { sid: running };
    const paused = { campaign: { status: 'PAUSED' } };
    await ask(b, statusQuery, { variables });
    const pause = 'mutation ($sid: ID!) { pauseCampaign(sid: $sid) { campaign { status } } }';
    expect((await ask<{ pauseCampaign: unknown }>(a, pause, { variables })).data?.pauseCampaign).toEqual(
      paused,
    );
    await until(async () => {
      const now = await ask<{ campaign: unknown }>(b, statusQuery, { variables });
      return JSON.stringify(now.data) === JSON.stringify(paused);
    });
    for (const { logs } of [a, b]) expect(logs.join('')).not.toContain('Redis cannot be used');
  });
});

describeWithRedis('a user of Redis without the rights for messages between instances', () => {
  it.each([
    documentedRights.replace(' &campaign-gateway:*', ''),
    `${documentedRights} -publish`,
    `${documentedRights} -subscribe`,
  ])('makes /readyz degraded, is logged by its code, and is ok once it has them: %s', async (rights) => {
    await start(rights);
    const logged = (text: string): Promise<void> =>
      until(() => gateways.a.logs.some((line) => line.includes(text)), 20_000, text);
    await become('degraded', 'unreachable');
    await logged('"errorCode":"NOPERM","msg":"Redis cannot be used"');
    expect((await ask(gateways.a, '{ campaigns(first: 1) { totalCount } }')).errors).toBeUndefined();
    await withUser(redis, documentedRights);
    await become('ok', 'ok');
    await logged('"msg":"Redis answers again"');
  });
});
