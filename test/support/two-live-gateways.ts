import { type Redis } from 'ioredis';
import { type FaultPlan } from '../../src/sandbox/http/faults.js';
import { type Sandbox, startSandbox } from '../../src/sandbox/sandbox.js';
import { CampaignBySidDocument } from '../operations/generated.js';
import { calledBack, type CalledBackCampaign, createCalledBack } from './called-back.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from './gateway-under-test.js';
import { type RunningRedis, startRedis } from './redis.js';
import { clientOf, sharedKey } from './two-gateways.js';
import { until } from './subscribing.js';

/** What is the same for both, that each may take the other's callbacks. */
export const shared = { ...calledBack, WEBHOOK_SECRET: 'the-secret-of-both' };

/** Two gateways of one account on one Redis, and the upstream of both. */
export interface TwoGateways {
  readonly sandbox: Sandbox;
  readonly redis: RunningRedis;
  readonly a: GatewayUnderTest;
  readonly b: GatewayUnderTest;
  /** How many gateways run. */
  alive(): number;
  /** Starts a third, that knows nothing yet. @param clock where it is not that of both. */
  startAnother(clock?: () => number): Promise<GatewayUnderTest>;
  close(): Promise<void>;
}

/** What a test may say of them. */
export interface TwoOptions {
  readonly faults?: FaultPlan;
  /** The clock of both. */
  readonly now?: () => number;
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts all four; nothing happens at the upstream but what the test does. */
export async function startTwo({ faults, now, environment }: TwoOptions = {}): Promise<TwoGateways> {
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
    const gateway = await startGatewayOn(sandbox.baseUrl, settings, clock);
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
  await untilTheyHear(two);
  return two;
}

/** Waits until each hears the other, and finds what it has read. */
export async function untilTheyHear(two: TwoGateways, withinMs = 30_000): Promise<void> {
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

/** How many gateways listen to what others say; none while Redis is away. */
async function listeners(client: Redis): Promise<number> {
  const [, count] = (await client.pubsub('NUMSUB', sharedKey('bus:live')).catch(() => [])) as unknown[];
  return Number(count ?? 0);
}

/** A campaign that one reads is known to the other, which asks for it without a call. */
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

/** A campaign that both may be called back about. */
export interface SharedCampaign extends CalledBackCampaign {
  /** The same addresses at the other. */
  readonly onB: { readonly campaignUrl: string; readonly messageUrl: string };
}

/** Creates a campaign through A. */
export async function createShared({ a, b, sandbox }: TwoGateways): Promise<SharedCampaign> {
  const one = await createCalledBack(a);
  const there = (url: string): string => b.url + new URL(url).pathname;
  await until(() => sandbox.calls.length > 0);
  return { ...one, onB: { campaignUrl: there(one.campaignUrl), messageUrl: there(one.messageUrl) } };
}
