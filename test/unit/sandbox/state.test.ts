import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { CAMPAIGN_STATUSES } from '../../../src/sandbox/lifecycle.js';
import { NOON, SandboxUnderTest } from './sandbox-under-test.js';

let test: SandboxUnderTest;
beforeAll(async () => {
  test = await SandboxUnderTest.start({ speed: 60 });
});
afterAll(async () => {
  await test.stop();
});

describe('the state of the sandbox', () => {
  it.each(CAMPAIGN_STATUSES.flatMap((from) => CAMPAIGN_STATUSES.map((to) => [from, to] as const)))(
    'changes a campaign from %s to %s',
    async (from, to) => {
      const { state } = test.sandbox;
      const { sid } = state.insert({ status: from });
      expect((await test.get(sid)).status).toBe(from);
      state.setStatus(sid, to);
      const campaign = await test.get(sid);
      expect(campaign.status).toBe(to);
      const counts = Object.values(campaign.stats).reduce((sum, count) => sum + count, 0);
      expect(counts).toBe(state.messages(sid).length);
    },
  );

  it('inserts a campaign with the given stats, and removes it', async () => {
    const { state } = test.sandbox;
    const { sid } = state.insert({ stats: { sent: 3, 'failed-dnd': 1 }, createdAt: NOON - 1_000 });
    expect(state.messages(sid).map((message) => message.status)).toEqual([
      'failed_dnd',
      'sent',
      'sent',
      'sent',
    ]);
    expect(await test.get(sid)).toMatchObject({ status: 'completed', stats: { sent: 3, scheduled: 0 } });
    expect(state.remove(sid)).toBe(true);
    expect(state.find(sid)).toBeUndefined();
    expect(state.remove(sid)).toBe(false);
  });
});
