import { afterAll, beforeAll, beforeEach } from '@jest/globals';
import { Redis } from 'ioredis';
import {
  credentials,
  type GatewayParts,
  type GatewayUnderTest,
  startGatewayOn,
} from './gateway-under-test.js';
import { type RunningRedis, startRedis } from '../programs/redis.js';

/** Two gateways of one account with a shared Redis. */
export interface TwoGateways {
  readonly a: GatewayUnderTest;
  readonly b: GatewayUnderTest;
  close(): Promise<void>;
}

/** Starts two gateways in front of one upstream. */
export async function startTwoGateways(
  baseUrl: string,
  redis: Pick<RunningRedis, 'url'>,
  environment: Readonly<Record<string, string>> = {},
  now?: () => number,
  parts?: GatewayParts,
): Promise<TwoGateways> {
  const start = () =>
    startGatewayOn(baseUrl, { REDIS_URL: redis.url, ...environment }, now, undefined, parts);
  const [a, b] = await Promise.all([start(), start()]);
  const close = async (): Promise<void> => {
    await Promise.all([a.close(), b.close()]);
  };
  return { a, b, close };
}

/** A Redis client of the test, to inspect and clear the shared data. */
export function clientOf(redis: Pick<RunningRedis, 'url'>): Redis {
  return new Redis(redis.url, { maxRetriesPerRequest: 1 }).on('error', () => undefined);
}

/** A Redis of a suite, with a client of the test. */
export interface SuiteRedis {
  readonly url: string;
  readonly client: Redis;
}

/** Starts a Redis for the tests of a suite; it is empty before each of them. Called in the `describe` of the suite. */
export function redisOfSuite(): SuiteRedis {
  let running: RunningRedis;
  let client: Redis;
  beforeAll(async () => {
    running = await startRedis();
    client = clientOf(running);
  });
  beforeEach(() => client.flushall());
  afterAll(async () => {
    client.disconnect();
    await running.stop();
  });
  return {
    get url() {
      return running.url;
    },
    get client() {
      return client;
    },
  };
}

/** A key of the shared data. */
export function sharedKey(name: string): string {
  return `campaign-gateway:${credentials.accountSid}:${name}`;
}

/** Polls until a condition is true; fails after a timeout. */
export async function until(isSo: () => Promise<boolean> | boolean, withinMs = 60_000): Promise<void> {
  const untilMs = Date.now() + withinMs;
  while (!(await isSo())) {
    if (Date.now() > untilMs) throw new Error('what the test waits for did not come to be');
    await new Promise((resolve) => setTimeout(resolve, 5));
  }
}
