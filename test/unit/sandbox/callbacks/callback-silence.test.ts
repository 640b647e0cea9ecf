import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from './callback-receiver.js';
import { FiringUnderTest } from './firing-under-test.js';
import { NOON, SandboxUnderTest } from '../sandbox-under-test.js';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

let firing: FiringUnderTest;
beforeEach(async () => {
  firing = await FiringUnderTest.open();
});
afterEach(async () => {
  await firing.stop();
});

describe('no callbacks are sent', () => {
  it('without options of callbacks', async () => {
    const other = await SandboxUnderTest.start();
    await firing.start();
    for (const { sandbox } of [other, firing.test]) {
      sandbox.state.insert({
        ...firing.draftUrls(sandbox === firing.test.sandbox ? '' : '-silent'),
        startsAt: NOON,
      });
    }
    firing.test.now = other.now = NOON + HOUR;
    await firing.anotherLook();
    expect(firing.receiver.at('/campaign-silent')).toEqual([]);
    await other.stop();
  });

  it('for campaigns without callback URLs or with unreachable ones', async () => {
    await firing.start();
    const { state } = firing.test.sandbox;
    state.insert({ startsAt: NOON + MINUTE });
    state.insert({ startsAt: NOON + MINUTE, smsStatusCallback: 'https://callbacks.example.com/sms' });
    state.insert({ startsAt: NOON + MINUTE, statusCallback: firing.receiver.url('/campaign') });
    state.insert({ startsAt: NOON + MINUTE, smsStatusCallback: firing.receiver.url('/sms'), audience: 3 });
    firing.test.now = NOON + HOUR;
    await eventually(() => firing.hasCompleted() && firing.receiver.at('/sms').length === 3);
    await firing.anotherLook();
    expect([firing.statuses('/campaign'), firing.receiver.at('/sms').length]).toEqual([
      ['in-progress', 'completed'],
      3,
    ]);
  });

  it('for events before the campaign was inserted', async () => {
    await firing.start();
    const { state } = firing.test.sandbox;
    state.insert({ ...firing.draftUrls('-over'), status: 'completed', startsAt: NOON - HOUR });
    state.insert({ ...firing.draftUrls('-archived'), status: 'archived', startsAt: NOON - HOUR });
    state.insert({ ...firing.draftUrls('-fixed'), stats: { sent: 4 } });
    const startsAt = NOON - 2 * MINUTE;
    const { sid } = state.insert({ ...firing.draftUrls(), status: 'in-progress', startsAt, audience: 100 });
    const before = state
      .messages(sid)
      .filter(({ status }) => status !== 'scheduled' && status !== 'submitted');
    firing.test.now = NOON + HOUR;
    await eventually(() => firing.hasCompleted());
    expect(firing.statuses('/campaign')).toEqual(['completed']);
    expect(before.length).toBeGreaterThan(50);
    expect(firing.receiver.at('/sms')).toHaveLength(100 - before.length);
    expect(firing.receiver.arrivals.filter(({ path }) => /over|archived|fixed/.test(path))).toEqual([]);
  });

  it('after close, and open requests are aborted', async () => {
    await firing.start();
    firing.receiver.answering = () => undefined;
    firing.test.sandbox.state.insert({
      smsStatusCallback: firing.receiver.url('/sms'),
      startsAt: NOON + 1,
      audience: 100,
    });
    firing.test.sandbox.state.insert({ ...firing.draftUrls('-late'), startsAt: NOON + 2 * HOUR });
    firing.test.now = NOON + HOUR;
    await eventually(() => firing.receiver.arrivals.length === 16);
    const closing = performance.now();
    await firing.test.sandbox.close();
    expect(performance.now() - closing).toBeLessThan(4_500); // each of them waits for five seconds
    await eventually(() => firing.receiver.broken === 16);
    firing.receiver.answering = () => 200;
    await firing.test.stop();
    const closed = firing.test;
    await firing.start();
    closed.now = NOON + 3 * HOUR;
    await firing.anotherLook();
    await firing.anotherLook();
    expect(firing.receiver.at('/sms')).toHaveLength(16);
    expect(firing.receiver.at('/campaign-late')).toEqual([]);
  });
});

describe('a campaign action', () => {
  const running = (): string => {
    const draft = { ...firing.draftUrls(), startsAt: NOON, status: 'in-progress' as const, audience: 100 };
    return firing.test.sandbox.state.insert(draft).sid;
  };

  it('pauses callbacks, and resumes them without gaps or repeats', async () => {
    await firing.start();
    const sid = running();
    firing.test.now = NOON + MINUTE;
    await firing.anotherLook();
    await firing.test.act(sid, 'pause');
    await firing.anotherLook();
    const onTheirWay = ['scheduled', 'submitted'];
    const ended = firing.test.sandbox.state
      .messages(sid)
      .filter(({ status }) => !onTheirWay.includes(status));
    const before = ended.length;
    await eventually(() => firing.receiver.at('/sms').length >= before);
    firing.test.now = NOON + HOUR;
    await firing.anotherLook();
    expect(firing.receiver.at('/sms')).toHaveLength(before);
    await firing.test.act(sid, 'resume');
    firing.test.now += MINUTE;
    await eventually(() => firing.receiver.at('/sms').length === before + 30);
    expect(firing.hasCompleted()).toBe(false);
    firing.test.now += HOUR;
    await eventually(() => firing.hasCompleted());
    expect(new Set(firing.sidsAt('/sms')).size).toBe(100);
    expect(firing.receiver.at('/sms')).toHaveLength(100);
  });

  it('sends callbacks for completion and for the messages that it failed', async () => {
    await firing.start();
    const sid = running();
    firing.test.now = NOON + MINUTE;
    await firing.anotherLook();
    await firing.test.act(sid, 'pause');
    firing.test.now += MINUTE;
    await firing.test.act(sid, 'complete');
    await eventually(() => firing.hasCompleted());
    const { stats, report_url } = await firing.test.get(sid);
    const failed = firing.receiver.at('/sms').filter(({ status }) => status === 'failed_no_attempt');
    expect(failed).toHaveLength(stats['failed-no-attempt'] ?? 0);
    expect(failed[0]?.date_sent).toBe('2024-03-01T10:02:30+05:30');
    expect(new Set(firing.sidsAt('/sms')).size).toBe(100);
    expect(firing.receiver.at('/sms')).toHaveLength(100);
    expect(firing.receiver.at('/campaign')).toEqual([expect.objectContaining({ reports: report_url })]);
    expect(firing.receiver.arrivals.at(-1)?.path).toBe('/campaign');
  });

  it('sends no start callback if the campaign completes before its start', async () => {
    await firing.start();
    const { sid } = await firing.test.create(firing.urls());
    await firing.test.act(sid, 'pause');
    await firing.test.act(sid, 'complete');
    await eventually(() => firing.hasCompleted());
    expect(firing.statuses('/campaign')).toEqual(['completed']);
    expect(new Set(firing.statuses('/sms'))).toEqual(new Set(['failed_no_attempt']));
  });

  it('sends all callbacks again if a test resets the campaign', async () => {
    await firing.start();
    const { state } = firing.test.sandbox;
    const { sid } = state.insert({ ...firing.draftUrls(), startsAt: NOON + MINUTE, audience: 5 });
    state.setStatus(sid, 'completed');
    await eventually(() => firing.hasCompleted());
    state.setStatus(sid, 'scheduled');
    await firing.anotherLook();
    firing.test.now = NOON + HOUR;
    await eventually(() => firing.statuses('/campaign').length === 4);
    expect(firing.statuses('/campaign')).toEqual(['in-progress', 'completed', 'in-progress', 'completed']);
    expect(firing.receiver.at('/sms')).toHaveLength(10);
  });
});
