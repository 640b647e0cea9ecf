import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Campaign as SandboxCampaign } from '../../../src/sandbox/campaign.js';
import { type FaultPlan } from '../../../src/sandbox/http/faults.js';
import {
  CampaignBySidDocument,
  type UpdateCampaignInput,
  UpdateDocument,
} from '../../operations/generated.js';
import { setup, type SandboxAndGateway } from '../../support/gateway/setup.js';

const hour = 3_600_000;
const now = Date.parse('2026-05-01T10:00:00Z');
const inHours = (hours: number): string => new Date(now + hours * hour).toISOString();

let both: SandboxAndGateway;
let aheadMs: number;
let failuresLeft: number;

const faults: FaultPlan = () => {
  failuresLeft -= 1;
  return failuresLeft >= 0 ? { kind: 'status', status: 500 } : undefined;
};

beforeEach(async () => {
  aheadMs = 0;
  failuresLeft = 0;
  both = await setup({
    sandbox: { clock: () => now, faults },
    gateway: { now: () => now + aheadMs, random: () => 0 }, // no jitter: a refresh that takes long is not waited for
  });
});

/** A campaign that the gateway has cached, and another program has changed since. */
async function changedSince(before: Partial<SandboxCampaign>, after: Partial<SandboxCampaign>) {
  const { state, calls } = both.sandbox;
  const { sid } = state.insert({ startsAt: now + 24 * hour, endsAt: now + 48 * hour, createdAt: now - hour });
  const campaign = state.find(sid);
  if (!campaign) throw new Error('no campaign');
  Object.assign(campaign, before);
  await both.gateway.data(CampaignBySidDocument, { sid });
  Object.assign(campaign, after);
  calls.splice(0);
  return sid;
}

async function update(sid: string, input: UpdateCampaignInput) {
  const { updateCampaign } = await both.gateway.data(UpdateDocument, { sid, input });
  return {
    errors: updateCampaign.userErrors.map(({ code, field }) => `${code} ${field?.join('.') ?? ''}`),
    methods: both.sandbox.calls.map(({ method }) => method),
  };
}

const done = { errors: [], methods: ['GET', 'PUT'] };
const [one, two] = [['l1'], ['l1', 'l2']];

describe('an update is not refused by an old state of the campaign', () => {
  it.each<[string, Partial<SandboxCampaign>, Partial<SandboxCampaign>, UpdateCampaignInput]>([
    [
      'an earlier start, then an end',
      {},
      { startsAt: now + 5 * hour },
      { schedule: { endTime: inHours(20) } },
    ],
    ['a later end, then a start', {}, { endsAt: now + 500 * hour }, { schedule: { startTime: inHours(60) } }],
    ['fewer lists, then DYNAMIC', { lists: two }, { lists: one }, { contentType: 'DYNAMIC' }],
    ['static, then two lists', { contentType: 'dynamic' }, { contentType: 'static' }, { lists: two }],
    ['a sender of digits, then PROMOTIONAL', {}, { senderId: '123456' }, { smsType: 'PROMOTIONAL' }],
  ])('%s: it is read again, and the update is done', async (_what, before, after, input) => {
    expect(await update(await changedSince(before, after), input)).toEqual(done);
  });

  it('also if the cached state could not be refreshed first', async () => {
    const sid = await changedSince({}, { startsAt: now + 5 * hour });
    aheadMs = 60_000; // so that the update begins with a refresh
    failuresLeft = 3; // all attempts of the refresh
    const { errors, methods } = await update(sid, { schedule: { endTime: inHours(20) } });
    expect(errors).toEqual([]);
    expect(methods).toEqual(['GET', 'GET', 'GET', 'GET', 'PUT']);
  });
});

describe('an update is refused', () => {
  it('by the present state, after one read', async () => {
    const sid = await changedSince({}, {});
    const { errors, methods } = await update(sid, { schedule: { startTime: inHours(60) } });
    expect(errors).toEqual(['INVALID input.schedule.startTime']);
    expect(methods).toEqual(['GET']);
  });

  it('by its input alone, without a call', async () => {
    const sid = await changedSince({}, {});
    const { errors, methods } = await update(sid, { name: 'abc', lists: [], template: '' });
    expect(errors).toEqual(['TOO_SHORT input.name', 'TOO_FEW input.lists', 'BLANK input.template']);
    expect(methods).toEqual([]);
  });

  it.each<[string, UpdateCampaignInput]>([
    ['nothing to change', {}],
    ['a short name', { name: 'abc' }],
    ['no lists', { lists: [] }],
    ['a start that has passed', { schedule: { startTime: inHours(-1) } }],
  ])(
    'by its input alone, without a call, if the campaign is not cached or its entry is stale: %s',
    async (_what, input) => {
      const { sid } = both.sandbox.state.insert({ startsAt: now + 24 * hour, endsAt: now + 48 * hour });
      const uncached = await update(sid, input);
      expect(uncached.errors).toHaveLength(1);
      expect(uncached.methods).toEqual([]);
      const stale = await changedSince({}, {});
      aheadMs = 60_000;
      expect(await update(stale, input)).toEqual(uncached);
    },
  );

  it('by both: all errors are those of the present state', async () => {
    const sid = await changedSince({ lists: two }, { lists: one });
    const input: UpdateCampaignInput = { name: 'abc', contentType: 'DYNAMIC' };
    const { errors, methods } = await update(sid, { ...input, schedule: { startTime: inHours(60) } });
    expect(errors).toEqual(['TOO_SHORT input.name', 'INVALID input.schedule.startTime']);
    expect(methods).toEqual(['GET']);
  });
});
