import { afterEach, beforeEach, expect, it, jest } from '@jest/globals';
import { onCredentialsEnd } from '../../../src/auth/credentials-end.js';
import { anonymous } from '../../../src/domain/requests/caller.js';

const hourMs = 3_600_000;
let nowMs = 0;
let ended = 0;

beforeEach(() => {
  jest.useFakeTimers();
  [nowMs, ended] = [1_800_000_000_000, 0];
  const caller = { ...anonymous, expiresAtMs: nowMs + hourMs };
  onCredentialsEnd(
    caller,
    () => nowMs,
    () => (ended += 1),
  );
});
afterEach(() => {
  jest.useRealTimers();
});

it('credentials that expired while the machine was suspended, or as its clock was set, end within 5 seconds', () => {
  nowMs += hourMs;
  jest.advanceTimersByTime(5000);
  expect(ended).toBe(1);
});

it('credentials do not end early if the clock was set back', () => {
  nowMs -= hourMs / 2;
  jest.advanceTimersByTime(hourMs);
  expect(ended).toBe(0);
  nowMs += 2 * hourMs;
  jest.advanceTimersByTime(60_000);
  expect(ended).toBe(1);
});
