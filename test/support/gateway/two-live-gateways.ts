import { type Redis } from 'ioredis';
import { type FaultPlan } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CampaignBySidDocument } from '../../operations/generated.js';
import { callbackSettings, type CampaignWithCallbacks, createWithCallbacks } from '../writing/callbacks.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from './gateway-under-test.js';
import { type RunningRedis, startRedis } from '../programs/redis.js';
import { clientOf, sharedKey } from './two-gateways.js';
import { until } from '../clients/subscribing.js';

/** Variables of both gateways, so that each accepts callbacks of the other. */
export const shared = { ...callbackSettings, WEBHOOK_SECRET: 'the-secret-of-both' };

/** Two gateways of one account with one Redis and one upstream. */
export interface TwoGateways {
  readonly sandbox: Sandbox;
  readonly redis: RunningRedis;
  readonly a: GatewayUnderTest;
  readonly b: GatewayUnderTest;
  /** Number of running gateways. */
  alive(): number;
  /** Starts a third gateway with empty caches. @param clock instead of the common clock. */
  startAnother(clock?: () => number): Promise<GatewayUnderTest>;
  close(): Promise<void>;
}

/** Options of the gateways. */
export interface TwoOptions {
  readonly faults?: FaultPlan;
  /** The common clock. */
  readonly now?: () => number;
  readonly environment?: Readonly<Record<string, string>>;
  /** Waits of the gateways; by default none. */
  readonly sleep?: (ms: number) => Promise<unknown>;
}

/** Starts Redis, the upstream and both gateways; the upstream changes only through the test. */
export async function startTwo({ faults, now, environment, sleep }: TwoOptions = {}): Promise<TwoGateways> {
  const at = Date.now();
  const redis = await startRedis();
  const sandbox = await startSandbox({
    ...credentials,
    seed: 'empty',
    clock: () => at,
    ...(faults && { faults }),
  });
  const settings = { ...shared, REDIS_URL: redis.url, ...environment };
  const started = new Set<GatewayUnderTest>();
  const startAnother = async (clock = now): Promise<GatewayUnderTest> => {
    const gateway = await startGatewayOn(sandbox.baseUrl, settings, clock, sleep);
    const close = async (): Promise<void> => {
      started.delete(one);
      await gateway.close();
    };
    const one = { ...gateway, close };
    started.add(one);
    return one;
  };
  const a = await startAnother();
  const b = await startAnother();
  const two = {
    sandbox,
    redis,
    a,
    b,
    startAnother,
    alive: () => started.size,
    close: async () => {
      await Promise.all([...started].map((gateway) => gateway.close()));
      await sandbox.close();
      await redis.stop();
    },
  };
  await untilPeersHear(two);
  return two;
}

/** Waits until each gateway receives messages and cache entries of the other. */
export async function untilPeersHear(two: TwoGateways, withinMs = 60_000): Promise<void> {
  const { sandbox, a, b } = two;
  const giveUpAt = performance.now() + withinMs;
  const isInTime = (): boolean => {
    if (performance.now() <= giveUpAt) return true;
    throw new Error('They do not hear each other.');
  };
  const client = clientOf(two.redis);
  while ((await listeners(client)) < two.alive() && isInTime()) await new Promise(setImmediate);
  client.disconnect();
  for (const [one, other] of [[a, b] as const, [b, a] as const])
    while (!(await isHeard(one, other, sandbox)) && isInTime());
  sandbox.calls.splice(0);
}

/** Number of gateways that listen to peer messages; none without Redis. */
async function listeners(client: Redis): Promise<number> {
  const [, count] = (await client.pubsub('NUMSUB', sharedKey('bus:live')).catch(() => [])) as unknown[];
  return Number(count ?? 0);
}

/** Whether the other gateway serves a campaign that one gateway has read, without a call. */
async function isHeard(
  one: GatewayUnderTest,
  other: GatewayUnderTest,
  { state, calls }: Sandbox,
): Promise<boolean> {
  const { sid } = state.insert({ status: 'archived', audience: 1 });
  await one.data(CampaignBySidDocument, { sid });
  const before = calls.length;
  await new Promise((resolve) => setTimeout(resolve, 30));
  await other.data(CampaignBySidDocument, { sid });
  return calls.length === before;
}

/** A campaign with callback addresses at both gateways. */
export interface SharedCampaign extends CampaignWithCallbacks {
  /** The same addresses at the other gateway. */
  readonly onB: { readonly campaignUrl: string; readonly messageUrl: string };
}

/** Creates a campaign through A. */
export async function createShared({ a, b, sandbox }: TwoGateways): Promise<SharedCampaign> {
  const one = await createWithCallbacks(a);
  const there = (url: string): string => b.url + new URL(url).pathname;
  await until(() => sandbox.calls.length > 0);
  return { ...one, onB: { campaignUrl: there(one.campaignUrl), messageUrl: there(one.messageUrl) } };
}
