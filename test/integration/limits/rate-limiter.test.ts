import { afterEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js';
import { CreateDocument, PauseDocument } from '../../operations/generated.js';
import { expectToComeBack, readErrors } from '../../support/upstream/rate-limited.js';
import { validInput } from '../../support/writing/valid-input.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const perMinute = 30;
const forReads = 27;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

/** A gateway that keeps to the limit in front of a sandbox that enforces it. */
async function start(options: Partial<SandboxOptions> = {}): Promise<void> {
  sandbox = await startSandbox({ ...credentials, rateLimitPerMinute: perMinute, ...options });
  gateway = await startGatewayOn(sandbox.baseUrl, { EXOTEL_RATE_LIMIT: String(perMinute) });
}

function sids(count: number): string[] {
  return sandbox.state
    .campaigns()
    .slice(-count)
    .map(({ sid }) => sid);
}

const read = (wanted: readonly string[]) => readErrors(gateway, wanted);

describe('more reads than EXOTEL_RATE_LIMIT', () => {
  it.each([
    ['at once', (all: readonly string[]) => Promise.all(all.map((sid) => read([sid])))],
    ['one after the other', async (all: readonly string[]) => [await read(all)]],
  ])('%s fail within seconds with retryAfter, and are never sent', async (_how, readAll) => {
    await start();
    const fromMs = Date.now();
    const errors = (await readAll(sids(60))).flat();
    expect(Date.now() - fromMs).toBeLessThan(45_000); // and not when the minute is over
    expect(errors).toHaveLength(60 - forReads);
    expectToComeBack(errors);
    expect(sandbox.calls).toHaveLength(forReads);
    expect(sandbox.calls.filter(({ status }) => status === 429)).toEqual([]);
  });

  it('leave calls for writes', async () => {
    await start();
    const running = sandbox.state.insert({ startsAt: Date.now() + 3_600_000 });
    await Promise.all(sids(60).map((sid) => read([sid])));
    const { createCampaign } = await gateway.data(CreateDocument, { input: validInput });
    expect(createCampaign.userErrors).toEqual([]);
    const { pauseCampaign } = await gateway.data(PauseDocument, { sid: running.sid });
    expect(pauseCampaign).toMatchObject({ campaign: { status: 'PAUSED' }, userErrors: [] });
    expect(sandbox.calls.slice(forReads).map(({ method, status }) => [method, status])).toEqual([
      ['POST', 200],
      ['GET', 200], // what the rules are checked against; it goes where the write would
      ['PUT', 200],
    ]);
  });

  it('count retries within the same limit', async () => {
    await start({ faults: () => ({ kind: 'status', status: 503 }) });
    const errors = (await Promise.all(sids(20).map((sid) => read([sid])))).flat();
    expect(errors).toHaveLength(20);
    expect(sandbox.calls.length).toBeLessThanOrEqual(forReads);
  });
});
