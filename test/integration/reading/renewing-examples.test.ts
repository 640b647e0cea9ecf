import { afterAll, beforeAll, expect, it } from '@jest/globals';
import { type TypedDocumentNode } from '@graphql-typed-document-node/core';
import { parse } from 'graphql';
import { type Sandbox, startSandbox } from '../../../src/sandbox/sandbox.js';
import { EXAMPLES } from '../../../src/sandbox/seed/demo.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';

const MINUTE_MS = 60_000;
const DAY_MS = 1_440 * MINUTE_MS;
let now = Date.parse('2026-03-01T10:00:30+05:30');
let sandbox: Sandbox;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'demo', speed: 60 });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

interface Example {
  readonly sid: string;
  readonly status: string;
  readonly schedule: { readonly startTime: string };
  readonly updatedAt: string;
}

const bySid: TypedDocumentNode<{ campaignsBySid: readonly Example[] }, { sids: readonly string[] }> = parse(
  `query ($sids: [ID!]!) { campaignsBySid(sids: $sids) { sid status schedule { startTime } updatedAt } }`,
);
const resume: TypedDocumentNode<{ resumeCampaign: unknown }, { sid: string | undefined }> = parse(
  'mutation ($sid: ID!) { resumeCampaign(sid: $sid) { campaign { status } userErrors { code } } }',
);
const sids = EXAMPLES.map(({ sid }) => sid);

async function examples(): Promise<readonly Example[]> {
  const { campaignsBySid } = await gateway.data(bySid, { sids });
  return campaignsBySid;
}

it('the gateway shows a fresh example of each status after any time, with times that agree, for one call each', async () => {
  for (const waitMs of [0, MINUTE_MS, 3 * MINUTE_MS, DAY_MS, 40 * DAY_MS, 7 * MINUTE_MS]) {
    now += waitMs;
    sandbox.calls.splice(0);
    const seen = await examples();
    expect(sandbox.calls.length).toBeLessThanOrEqual(sids.length);
    expect(seen.map(({ sid }) => sid)).toEqual(sids);
    const statuses = seen.map(({ status }) => status);
    expect(new Set(statuses)).toEqual(new Set(['COMPLETED', 'SCHEDULED', 'IN_PROGRESS', 'PAUSED']));
    for (const { status, schedule, updatedAt } of seen) {
      expect(Date.parse(updatedAt)).toBeLessThanOrEqual(now);
      if (status === 'SCHEDULED') expect(Date.parse(schedule.startTime)).toBeGreaterThan(now);
      if (['IN_PROGRESS', 'COMPLETED'].includes(status))
        expect(Date.parse(schedule.startTime)).toBeLessThanOrEqual(Date.parse(updatedAt));
    }
  }
});

it('the paused example can be resumed through the gateway again and again', async () => {
  const sid = EXAMPLES.find(({ status }) => status === 'paused')?.sid;
  for (let round = 0; round < 4; round += 1) {
    now += 2 * MINUTE_MS;
    const { resumeCampaign } = await gateway.data(resume, { sid });
    expect(resumeCampaign).toEqual({ campaign: { status: 'IN_PROGRESS' }, userErrors: [] });
  }
});
