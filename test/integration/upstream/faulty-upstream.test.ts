import { afterEach, describe, expect, it } from '@jest/globals';
import { type Fault, type FaultPlan } from '../../../src/sandbox/http/faults.js';
import { type Sandbox, type SandboxOptions, startSandbox } from '../../../src/sandbox/sandbox.js';
import {
  CampaignBySidDocument,
  CampaignPageDocument,
  CreateDocument,
  MessagePageDocument,
} from '../../operations/generated.js';
import { seeded } from '../../support/writing/creating.js';
import { validInput } from '../../support/writing/valid-input.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
afterEach(async () => {
  await gateway.close();
  await sandbox.close();
});

async function start(
  options: Partial<SandboxOptions>,
  environment: Readonly<Record<string, string>> = {},
): Promise<void> {
  sandbox = await startSandbox({ ...credentials, ...options });
  gateway = await startGatewayOn(sandbox.baseUrl, environment);
}

/** 5 % resets, 5 % 503, 2 % truncated, 2 % a proxy's page. */
function someFaults(seed: number): FaultPlan {
  const random = seeded(seed);
  return () => {
    const drawn = random();
    if (drawn < 0.05) return { kind: 'reset' };
    if (drawn < 0.1) return { kind: 'status', status: 503 };
    if (drawn < 0.12) return { kind: 'truncate' };
    if (drawn < 0.14) return { kind: 'html' };
    return undefined;
  };
}

describe('an upstream that fails one call in seven', () => {
  // Three tries of which each fails with 14 % fail with 0.3 %: of 1,200 reads, 12 would be a one in ten thousand chance.
  it('fails fewer than one read in a hundred', async () => {
    await start({ faults: someFaults(1) }, { CACHE: 'off' });
    const known = sandbox.state.campaigns().map(({ sid }) => sid);
    const ask = async (index: number): Promise<boolean> => {
      const sid = known[index % known.length] ?? '';
      const campaign = () => gateway.execute(CampaignBySidDocument, { sid });
      const messages = () => gateway.execute(MessagePageDocument, { sid, first: 5 });
      const page = () => gateway.execute(CampaignPageDocument, { first: 10 });
      const reads = [campaign, messages, campaign, messages, page];
      const { errors } = (await reads[index % reads.length]?.()) ?? {};
      return errors === undefined;
    };
    const indexes = Array.from({ length: 1200 }, (_, index) => index).values();
    let failed = 0;
    const client = async (): Promise<void> => {
      for (const index of indexes) if (!(await ask(index))) failed += 1;
    };
    await Promise.all(Array.from({ length: 40 }, client));
    expect(sandbox.calls.length).toBeGreaterThan(1300);
    expect(failed).toBeLessThan(12);
  });
});

const faults: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'truncate' },
  { kind: 'garbage' },
  { kind: 'html' },
  { kind: 'status', status: 503 },
  { kind: 'hang' },
];
const impatient = { EXOTEL_TIMEOUT_MS: '1000' };
const firstOnly =
  (fault: Fault): FaultPlan =>
  ({ index }) =>
    index === 0 ? fault : undefined;

describe.each(faults.map((fault) => [fault.kind, fault] as const))(
  '%s at the first attempt',
  (_kind, fault) => {
    it('is invisible to readers, for one more call', async () => {
      await start({ faults: firstOnly(fault) }, impatient);
      const sid = sandbox.state.campaigns()[0]?.sid ?? '';
      const { campaign } = await gateway.data(CampaignBySidDocument, { sid });
      expect(campaign?.sid).toBe(sid);
      expect(sandbox.calls).toHaveLength(2);
    });

    it.each([
      ['before', 2],
      ['after', 1],
    ] as const)('of a create, %s it took effect: %i POST in total, and one campaign', async (when, posts) => {
      await start({ faults: firstOnly({ ...fault, when }) }, impatient);
      const before = sandbox.state.campaigns().length;
      const { createCampaign } = await gateway.data(CreateDocument, { input: validInput });
      expect(sandbox.calls.filter(({ method }) => method === 'POST')).toHaveLength(posts);
      expect(sandbox.state.campaigns()).toHaveLength(before + 1);
      expect(sandbox.state.find(createCampaign.campaign?.sid ?? '')).toBeDefined();
    });
  },
);
