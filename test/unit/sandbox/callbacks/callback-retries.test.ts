import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { eventually } from './callback-receiver.js';
import { FiringUnderTest } from './firing-under-test.js';

const MINUTE = 60_000;

let firing: FiringUnderTest;
beforeEach(async () => {
  firing = await FiringUnderTest.open();
});
afterEach(async () => {
  await firing.stop();
});

describe('an unacknowledged callback', () => {
  const oneMessage = (): void => {
    const draft = {
      smsStatusCallback: firing.receiver.url('/sms'),
      startsAt: Date.now() + MINUTE,
      audience: 1,
    };
    firing.test.sandbox.state.insert(draft);
  };

  it.each([500, 302, 404])('answered with %i is retried three times with delays', async (status) => {
    await firing.start({}, Date.now);
    firing.receiver.answering = () => status;
    oneMessage();
    await eventually(() => firing.receiver.arrivals.length === 4);
    const times = firing.receiver.arrivals.map((arrival) => arrival.at);
    for (const [index, time] of times.slice(1).entries()) {
      expect(time - (times[index] ?? 0)).toBeGreaterThan(90);
    }
    // The delays are 100, 100 and 417 ms here: a fourth retry would have come within two more polls and a delay.
    const last = performance.now();
    await eventually(() => performance.now() - last > 700);
    expect(firing.receiver.arrivals.map((arrival) => arrival.path)).toEqual(['/sms', '/sms', '/sms', '/sms']);
    expect(new Set(firing.receiver.arrivals.map((arrival) => arrival.text)).size).toBe(1);
  });

  it('is not retried after an acknowledgement', async () => {
    await firing.start({}, Date.now);
    firing.receiver.answering = (_arrival, before) => (before.length < 2 ? 503 : 204);
    oneMessage();
    await eventually(() => firing.receiver.arrivals.length === 3);
    const last = performance.now();
    await eventually(() => performance.now() - last > 700);
    expect(firing.receiver.arrivals).toHaveLength(3);
  });

  it('without an answer within five seconds is retried', async () => {
    await firing.start({}, Date.now);
    firing.receiver.answering = (_arrival, before) => (before.length === 0 ? undefined : 200);
    oneMessage();
    await eventually(() => firing.receiver.arrivals.length === 2);
    const [first, second] = firing.receiver.arrivals.map((arrival) => arrival.at);
    expect((second ?? 0) - (first ?? 0)).toBeGreaterThan(5_000);
    expect(firing.receiver.broken).toBe(1);
  });

  it('delays no others: the campaign completes after one attempt for every message', async () => {
    await firing.start({}, Date.now);
    firing.receiver.answering = (arrival, before) =>
      before.some((earlier) => earlier.text === arrival.text) ? 200 : 500;
    const { sid } = await firing.test.create(firing.urls());
    const audience = firing.test.sandbox.state.messages(sid).length;
    await eventually(() => firing.receiver.arrivals.length === 2 * (audience + 2));
    const firstEnd = firing.receiver.arrivals.findIndex(({ fields }) => fields.status === 'completed');
    const sentBefore = firing.receiver.arrivals.slice(0, firstEnd).filter(({ path }) => path === '/sms');
    expect(new Set(sentBefore.map((arrival) => arrival.text)).size).toBe(audience);
    expect(firing.receiver.arrivals[0]?.fields.status).toBe('in-progress');
  });
});
