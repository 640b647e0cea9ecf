import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { ExotelClient } from '../../../src/datasources/exotel/client.js';
import { RateLimiter } from '../../../src/datasources/exotel/rate-limit/rate-limiter.js';
import { CallPolicy } from '../../../src/datasources/exotel/resilience/call-policy.js';
import { Transport } from '../../../src/datasources/exotel/transport.js';
import { AccountReader } from '../../../src/datasources/campaigns/account-reader.js';
import { defaultFreshness } from '../../../src/datasources/campaigns/freshness.js';
import { memoryBudget } from '../../../src/app/memory-budget.js';
import { HybridClock } from '../../../src/datasources/cache/hybrid-clock.js';
import { ReadReport } from '../../../src/datasources/cache/read-report.js';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { type Campaign } from '../../../src/schema/campaign.js';
import { credentials } from '../../support/gateway-under-test.js';

const now = Date.now;
let sandbox: Sandbox;
let transport: Transport;
let account: AccountReader;
let clock: HybridClock;
let sid: string;

beforeEach(async () => {
  sandbox = await startSandbox({ ...credentials, seed: 'empty' });
  ({ sid } = sandbox.state.insert({ status: 'scheduled', startsAt: now() + 3_600_000 }));
  transport = new Transport({ ...credentials, baseUrl: sandbox.baseUrl, timeoutMs: 5000 });
  const budget = new RateLimiter({ limit: 0, now });
  const policy = new CallPolicy({ rateLimiter: budget, timeoutMs: 5000, now, random: Math.random });
  const client = new ExotelClient({ transport, policy, accountSid: credentials.accountSid, now });
  clock = new HybridClock(now);
  account = new AccountReader({
    client,
    now,
    clock,
    isCacheOn: true,
    freshness: defaultFreshness,
    maximumBytes: memoryBudget(2 ** 30),
    batchCalls: 10,
  });
});
afterEach(async () => {
  await transport.close();
  await sandbox.close();
});

const wish = () => ({ report: new ReadReport(), noCache: false });
async function read(): Promise<Campaign> {
  const [campaign] = await account.campaigns([sid], wish());
  if (!campaign || campaign instanceof Error) throw new Error('the campaign was not read');
  return campaign;
}
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const before = sandbox.calls.length;
  await work();
  return sandbox.calls.length - before;
}
/** A number that another gateway, whose clock is ahead, gave a write. */
const ahead = () => (now() + 5000) * 1000;

describe('a gateway that is told of what another did', () => {
  it('gives what the write answered, and reads the lists anew', async () => {
    const before = await read();
    await account.newestWindow(wish());
    const order = ahead();
    clock.observe(order);
    account.applyRemoteWrite(sid);
    account.applyRemoteRead({ ...before, name: 'As written' }, order);
    expect(
      await callsOf(async () => {
        expect((await read()).name).toBe('As written');
      }),
    ).toBe(0);
    expect(await callsOf(() => account.newestWindow(wish()))).toBe(1);
    expect((await read()).name).toBe(before.name); // what is read after it is newer, though that clock is ahead
  });

  it('shows no list from before where the lists are to be forgotten', async () => {
    await account.newestWindow(wish());
    account.applyRemoteWrite(null);
    await sandbox.close();
    await expect(account.newestWindow(wish())).rejects.toMatchObject({ reason: 'unreachable' });
  });
});
