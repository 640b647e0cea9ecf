import { said } from '../support/programs/child-process.js';
import { afterEach, beforeAll, beforeEach, expect, it } from '@jest/globals';
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { setTimeout as sleep } from 'node:timers/promises';
import { print } from 'graphql';
import { request } from 'undici';
import { type Fault } from '../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { CreateDocument, type CreateCampaignInput, type CreateMutation } from '../operations/generated.js';
import {
  type ClientAnswer,
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../support/gateway/gateway-under-test.js';
import { describeWithRedis, type RunningRedis, startRedis } from '../support/programs/redis.js';
import { build, cwd, main } from '../support/gateway/workers.js';
const hour = 3_600_000;

/** A gateway, in a process of its own or in that of the test. */
interface OneGateway {
  create(input: CreateCampaignInput): Promise<ClientAnswer<CreateMutation>>;
}

/** A gateway in a process of its own. */
interface GatewayProcess extends OneGateway {
  /** Leaves it no time for anything. */
  kill(): Promise<void>;
}

const input: CreateCampaignInput = {
  name: 'Diwali offer',
  contentType: 'STATIC',
  lists: ['f2284e77ea5a4224911251b08f861af2'],
  schedule: {
    startTime: new Date(Date.now() + 5 * hour).toISOString(),
    endTime: new Date(Date.now() + 9 * hour).toISOString(),
  },
  dltEntityId: '1101428740000012125',
  dltTemplateId: '1107159950325048979',
  senderId: 'EXOTEL',
  smsType: 'TRANSACTIONAL',
  template: 'Happy Diwali',
  idempotencyKey: 'diwali',
};

describeWithRedis('a gateway with REDIS_URL', () => {
  let redis: RunningRedis;
  let sandbox: Sandbox;
  const children: ChildProcess[] = [];
  const gateways: GatewayUnderTest[] = [];
  /** What becomes of the answers to a POST. */
  let fault: Fault | undefined;

  beforeAll(build);
  beforeEach(async () => {
    fault = undefined;
    redis = await startRedis();
    sandbox = await startSandbox({
      ...credentials,
      seed: 'empty',
      faults: ({ method }) => (method === 'POST' ? fault : undefined),
    });
  });
  afterEach(async () => {
    for (const child of children.splice(0)) child.kill('SIGKILL');
    for (const gateway of gateways.splice(0)) await gateway.close();
    await sandbox.close();
    await redis.stop();
  });

  /** Another gateway: it shares nothing with the killed process but Redis and the upstream. */
  async function startAnother(): Promise<OneGateway> {
    const settings = { REDIS_URL: redis.url, EXOTEL_TIMEOUT_MS: '2000' };
    const gateway = await startGatewayOn(sandbox.baseUrl, settings, Date.now, sleep);
    gateways.push(gateway);
    return { create: (said) => create(gateway.url, said) };
  }

  async function startGatewayProcess(): Promise<GatewayProcess> {
    const child = spawn(process.execPath, [main], {
      cwd,
      env: {
        PATH: process.env['PATH'],
        PORT: '0',
        LOG_LEVEL: 'silent',
        REDIS_URL: redis.url,
        EXOTEL_BASE_URL: sandbox.baseUrl,
        EXOTEL_ACCOUNT_SID: credentials.accountSid,
        EXOTEL_API_KEY: credentials.apiKey,
        EXOTEL_API_TOKEN: credentials.apiToken,
        EXOTEL_CHECK: 'off',
        EXOTEL_TIMEOUT_MS: '2000',
        EXOTEL_RATE_LIMIT: '0',
      },
    });
    children.push(child);
    const url = await placeSaid(child);
    return {
      create: (said) => create(url, said),
      kill: async () => {
        child.kill('SIGKILL');
        await once(child, 'exit');
      },
    };
  }

  /** The gateway dies when the upstream has its POST, and has not been answered. */
  async function dieWhileCreating(when: 'before' | 'after'): Promise<void> {
    fault = { kind: 'hang', when };
    const gateway = await startGatewayProcess();
    const lost = gateway.create(input).catch(() => 'no answer' as const);
    while (posts() === 0) await sleep(10);
    await gateway.kill();
    expect(await lost).toBe('no answer');
    fault = undefined;
  }

  const posts = (): number => sandbox.calls.filter(({ method }) => method === 'POST').length;
  const sids = (): string[] =>
    sandbox.state
      .campaigns()
      .filter(({ name }) => name === input.name)
      .map(({ sid }) => sid);

  it('killed after its create took effect: another gateway refuses the key with another input, finds the campaign, and sends nothing', async () => {
    await dieWhileCreating('after');
    const another = await startAnother();
    const before = sandbox.calls.length;
    const refused = await another.create({ ...input, template: 'Happy Holi' });
    expect(refused.data?.createCampaign).toMatchObject({
      campaign: null,
      userErrors: [{ code: 'IDEMPOTENCY_KEY_REUSED', field: ['input', 'idempotencyKey'] }],
    });
    expect(sandbox.calls).toHaveLength(before); // it has not looked for the campaign yet
    const { data, errors } = await another.create(input);
    expect(errors).toBeUndefined();
    expect(sids()).toEqual([data?.createCampaign.campaign?.sid]);
    expect(posts()).toBe(1);
  });

  it('killed before its create took effect: another gateway sends the create', async () => {
    await dieWhileCreating('before');
    const gateway = await startAnother();
    let answer = await gateway.create(input);
    for (let repeats = 0; codeOf(answer) === 'OUTCOME_UNKNOWN' && repeats < 5; repeats += 1)
      answer = await gateway.create(input);
    expect(answer.errors).toBeUndefined();
    expect(sids()).toEqual([answer.data?.createCampaign.campaign?.sid]);
    expect(posts()).toBe(2);
  });
});

function codeOf({ errors }: ClientAnswer<unknown>): string | undefined {
  return errors?.[0]?.extensions?.code;
}

async function create(url: string, said: CreateCampaignInput): Promise<ClientAnswer<CreateMutation>> {
  const answer = await request(`${url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({ query: print(CreateDocument), variables: { input: said } }),
  });
  return (await answer.body.json()) as ClientAnswer<CreateMutation>;
}

/** Waits until the process says where it is. */
const placeSaid = (child: ChildProcess) => said(child, (text) => /(http:\S+)\/livez/.exec(text)?.[1]);
