import { expect, it } from '@jest/globals';
import { MessageRate } from '../../../../src/server/subscriptions/message-limits.js';

it('a ping every 50 ms is accepted forever, and a hundred at once; one more is not', () => {
  let nowMs = 0;
  const rate = new MessageRate(() => nowMs);
  for (let index = 0; index < 5000; index += 1) {
    nowMs += 50;
    expect(rate.take('ping')).toBe(true);
  }
  nowMs += 60_000;
  for (let index = 0; index < 100; index += 1) rate.take('pong');
  nowMs += 60_000;
  for (let index = 0; index < 100; index += 1) expect(rate.take('ping')).toBe(true);
  expect(rate.take('ping')).toBe(false);
});

it('each operation may be completed, whatever their number', () => {
  const rate = new MessageRate(() => 0);
  for (let index = 0; index < 5000; index += 1)
    expect([rate.take('subscribe'), rate.take('complete')]).toEqual([true, true]);
  const completed = Array.from({ length: 101 }, () => rate.take('complete'));
  expect(completed.indexOf(false)).toBe(100);
});
