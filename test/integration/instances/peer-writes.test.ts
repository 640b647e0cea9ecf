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
import { credentials } from '../../support/gateway/gateway-under-test.js';

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
  const rateLimiter = new RateLimiter({ limit: 0, now });
  const policy = new CallPolicy({ rateLimiter, timeoutMs: 5000, now, random: Math.random });
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

const readOptions = () => ({ report: new ReadReport(), noCache: false });
async function read(): Promise<Campaign> {
  const [campaign] = await account.campaigns([sid], readOptions());
  if (!campaign || campaign instanceof Error) throw new Error('the campaign was not read');
  return campaign;
}
async function callsOf(work: () => Promise<unknown>): Promise<number> {
  const before = sandbox.calls.length;
  await work();
  return sandbox.calls.length - before;
}
/** The version of a write of a peer whose clock is ahead. */
const ahead = () => (now() + 5000) * 1000;

describe('a write by a peer', () => {
  it('is served from the cache, and invalidates the lists', async () => {
    const before = await read();
    await account.newestWindow(readOptions());
    const version = ahead();
    clock.observe(version);
    account.applyRemoteWrite(sid);
    account.applyRemoteRead({ ...before, name: 'As written' }, version);
    expect(
      await callsOf(async () => {
        expect((await read()).name).toBe('As written');
      }),
    ).toBe(0);
    expect(await callsOf(() => account.newestWindow(readOptions()))).toBe(1);
    expect((await read()).name).toBe(before.name); // a later read is newer, although the clock of the peer is ahead
  });

  it('can remove the lists, so that none is served as a stale entry', async () => {
    await account.newestWindow(readOptions());
    account.applyRemoteWrite(null);
    await sandbox.close();
    await expect(account.newestWindow(readOptions())).rejects.toMatchObject({ reason: 'unreachable' });
  });
});
