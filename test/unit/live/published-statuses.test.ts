import { beforeEach, expect, it } from '@jest/globals';
import { MemoryState } from '../../../src/datasources/state/memory-state.js';
import { PublishedStatuses } from '../../../src/live/published-statuses.js';
import { type MessageStatusEvent } from '../../../src/schema/message.js';

const hourMs = 3_600_000;
let nowMs: number;
let state: MemoryState;

beforeEach(() => {
  nowMs = 1_000_000;
  state = new MemoryState(() => nowMs, 100_000_000);
});

/** The statuses of one instance. @param aheadMs of its own clock before the shared one. */
const instance = (aheadMs = 0, shared = state) =>
  new PublishedStatuses({
    bus: { isConnected: true },
    state: shared,
    sharedNow: () => nowMs,
    now: () => nowMs + aheadMs,
  });
const sent = { status: 'SENT', upstreamStatus: 'sent' } as MessageStatusEvent;
const submitted = { status: 'SUBMITTED', upstreamStatus: 'submitted' } as MessageStatusEvent;
const exchanged = () => new Promise(setImmediate);

it('counts what was published before the campaign was watched, and not what is being published since', async () => {
  instance().record('a', 'SENT', sent);
  nowMs += 1000;
  expect(await instance().before('a', nowMs)).toBe('SENT');
  expect(await instance(600_000).before('a', nowMs + 600_000)).toBe('SENT');
  expect(await instance().before('a', nowMs - 1000)).toBeUndefined();
  expect(await instance().before('b', nowMs)).toBeUndefined();
});

it('a status that other instances record later keeps the time of its first publication', async () => {
  instance().record('a', 'SENT', sent);
  nowMs += 1000;
  const watchedSinceMs = nowMs;
  nowMs += 1000;
  instance().record('a', 'SENT', sent);
  instance().record('a', 'SUBMITTED', submitted);
  await exchanged();
  expect(await instance().before('a', watchedSinceMs)).toBe('SENT');
});

it('a later status replaces an earlier one', async () => {
  const one = instance();
  one.record('a', 'SUBMITTED', submitted);
  one.record('a', 'SENT', sent);
  await exchanged();
  nowMs += 1000;
  expect(await instance().before('a', nowMs)).toBe('SENT');
});

it('records are gone after an hour, and nothing is asked of a campaign that has been watched for longer', async () => {
  instance().record('a', 'SENT', sent);
  await exchanged();
  expect(instance().before('a', nowMs - hourMs - 1)).toBeUndefined();
  nowMs += hourMs + 1;
  expect(await instance().before('a', nowMs)).toBeUndefined();
});

it('an instance records 100,000 messages an hour at most', async () => {
  let inserted = 0;
  class CountingState extends MemoryState {
    override insert(...args: Parameters<MemoryState['insert']>) {
      inserted += 1;
      return super.insert(...args);
    }
  }
  const one = instance(0, new CountingState(() => nowMs, 100_000_000));
  for (let message = 0; message < 101_000; message += 1) {
    one.record(`message ${message}`, 'SENT', sent);
    if (message % 500 === 0) await exchanged();
  }
  await exchanged();
  expect(inserted).toBeLessThanOrEqual(100_500); // those in flight at the end are not counted yet
  nowMs += hourMs + 1;
  one.record('later', 'SENT', sent);
  await exchanged();
  expect(await one.before('later', nowMs + 101)).toBe('SENT');
});

it('of more exchanges than a slow shared state answers, 1,000 are kept waiting', () => {
  let asked = 0;
  class SilentState extends MemoryState {
    override read(): Promise<never> {
      asked += 1;
      return new Promise(() => undefined);
    }
  }
  const one = instance(0, new SilentState(() => nowMs, 100_000));
  const waits = Array.from({ length: 2000 }, (_, message) => one.before(`message ${message}`, nowMs));
  expect(asked).toBe(1000);
  expect(waits.filter((wait) => wait === undefined)).toHaveLength(1000);
});

it('does without the shared state while no messages of other instances arrive', () => {
  const options = { state, sharedNow: () => nowMs, now: () => nowMs };
  const one = new PublishedStatuses({ bus: { isConnected: false }, ...options });
  one.record('a', 'SENT', sent);
  expect(one.before('a', nowMs)).toBeUndefined();
});
