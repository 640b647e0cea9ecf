import { expect, it } from '@jest/globals';
import { randomBytes } from 'node:crypto';
import { promisify } from 'node:util';
import { withTimeout } from '../../../src/domain/timeout.js';

const never = new Promise<string>(() => undefined);

it('the timeout returns a result in time, and undefined afterwards', async () => {
  expect(await withTimeout(10_000, Promise.resolve('in time'))).toBe('in time');
  expect(await withTimeout(10_000, 'at once')).toBe('at once');
  expect(await withTimeout(1, never)).toBeUndefined();
});

it('the timeout passes an error on, and ignores a late one', async () => {
  const error = new Error('failed');
  await expect(withTimeout(10_000, Promise.reject(error))).rejects.toBe(error);
  let fail: (error: Error) => void = () => undefined;
  const late = new Promise<string>((_resolve, reject) => {
    fail = reject;
  });
  expect(await withTimeout(1, late)).toBeUndefined();
  fail(error);
  await expect(late).rejects.toBe(error);
});

it('the timeout accepts a result that arrived while the process was busy', async () => {
  await new Promise((resolve) => setImmediate(resolve)); // the event loop runs timers before it reads results
  const waited = withTimeout(10, promisify(randomBytes)(8)); // computed by another thread in much less time
  const busyUntilMs = performance.now() + 50;
  while (performance.now() < busyUntilMs);
  expect(await waited).toHaveLength(8);
});
