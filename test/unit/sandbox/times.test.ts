import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { EXAMPLES } from '../../../src/sandbox/seed/demo.js';
import { dataOf, NOON, SandboxUnderTest, type WireCampaign, type WireMessage } from './sandbox-under-test.js';
import { runsOf } from '../../support/property-runs.js';

const SECOND = 1_000;
const DAY = 86_400 * SECOND;
const time = (text: string): number => Date.parse(text);

/** The API document's samples of 2022, some of which were updated before their start. */
const isOfTheDocument = ({ date_created }: WireCampaign): boolean => date_created < '2023';

/** A campaign with its messages, as clients see them. */
async function everythingOf(test: SandboxUnderTest, campaign: WireCampaign) {
  const messages = dataOf(
    await test.messages(campaign.sid, '&offset=0&limit=2000&sort_by=schedule_time:asc'),
  );
  return { campaign, messages };
}

function expectAgreement(campaign: WireCampaign, messages: readonly WireMessage[], now: number): void {
  const { status, date_created, date_updated, schedule, stats } = campaign;
  const [created, updated, start] = [date_created, date_updated, schedule.start_time].map(time) as [
    number,
    number,
    number,
  ];
  expect(created).toBeLessThanOrEqual(updated);
  expect(updated).toBeLessThanOrEqual(now);
  expect(created).toBeLessThanOrEqual(start);
  // A campaign may be ended before its start; then no message was attempted.
  const wasAttempted = Object.entries(stats).some(([key, count]) => key !== 'failed-no-attempt' && count > 0);
  if (['in-progress', 'completed', 'archived'].includes(status) && wasAttempted)
    expect(start).toBeLessThanOrEqual(updated);
  const due = messages.map(({ schedule_time }) => time(schedule_time));
  expect(due).toEqual([...due].sort((one, other) => one - other));
  for (const [index, message] of messages.entries())
    if (!['scheduled', 'failed_no_attempt'].includes(message.status)) {
      expect(due[index]).toBeGreaterThanOrEqual(start);
      expect(due[index]).toBeLessThanOrEqual(updated);
    }
}

const wait = fc.oneof(fc.integer({ min: 0, max: 600 * SECOND }), fc.integer({ min: 0, max: 4 * DAY }));
const action = fc.constantFrom(undefined, 'pause', 'resume', 'complete', 'archive');
const step = fc.record({ wait, action, chosen: fc.nat(EXAMPLES.length) });

it('the times of campaigns and messages agree at any clock and speed, whatever was done', async () => {
  const runs = fc.asyncProperty(
    fc.constantFrom(0.5, 1, 60, 3_600, 100_000),
    fc.integer({ min: 0, max: 300 * DAY }),
    fc.array(step, { minLength: 1, maxLength: 5 }),
    async (speed, later, steps) => {
      const test = await SandboxUnderTest.start({ seed: 'demo', speed, pageMaximum: 1_000 });
      try {
        const created = await test.create({});
        for (const { wait: waitMs, action: wanted, chosen } of steps) {
          test.now += waitMs;
          const sid = EXAMPLES[chosen]?.sid ?? created.sid;
          if (wanted !== undefined) await test.act(sid, wanted);
          const { campaign, messages } = await everythingOf(test, await test.get(sid));
          expectAgreement(campaign, messages, test.now);
        }
        test.now += later;
        for (const campaign of dataOf(await test.list('&offset=0&limit=1000')))
          if (!isOfTheDocument(campaign)) expectAgreement(campaign, [], test.now);
      } finally {
        await test.stop();
      }
    },
  );
  await fc.assert(runs, { numRuns: runsOf(12) });
});

it('a campaign that ran at 60 times real speed shows when it started, not when it would have', async () => {
  const test = await SandboxUnderTest.start({ speed: 60 });
  try {
    const { sid, schedule } = await test.create();
    expect(time(schedule.start_time)).toBe(NOON + 630 * SECOND);
    expect((await test.get(sid)).schedule).toMatchObject({ start_time: schedule.start_time });
    test.now += 600 * SECOND;
    const { campaign, messages } = await everythingOf(test, await test.get(sid));
    expect(campaign.status).toBe('completed');
    expect(time(campaign.schedule.start_time)).toBe(NOON + 10 * SECOND);
    expect(time(messages[30]?.schedule_time ?? '')).toBe(NOON + 11 * SECOND);
  } finally {
    await test.stop();
  }
});
