import { afterAll, afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { setTimeout as sleep } from 'node:timers/promises';
import { type OthersView, type OwnCall } from '../../../../src/datasources/exotel/policy/call-ledger.js';
import { type BusGap } from '../../../../src/datasources/state/shared-bus.js';
import { openWorkerState } from '../../../../src/gateway/workers/open-worker-state.js';
import { GatewayError } from '../../../../src/domain/errors.js';
import { holdHere, type HeldByPrimary } from '../../../support/held-by-primary.js';
import { until } from '../../../support/two-gateways.js';
import { describeSharedBus } from './bus-contract.js';
import { describeSharedState } from './contract.js';
import { describeCallLedger } from './ledger-contract.js';
import { claim } from './ledger-under-test.js';
import { describeSharedReadings } from './readings-contract.js';

type WorkerState = ReturnType<typeof openWorkerState>;

const opened: { close(): void }[] = [];
const closeAll = (): void => {
  for (const one of opened.splice(0).reverse()) one.close();
};
afterAll(closeAll);

function hold(): HeldByPrimary {
  const held = holdHere();
  opened.push(held);
  return held;
}

function openIn(held: HeldByPrimary): WorkerState {
  const state = openWorkerState({
    primary: held.join(),
    onTrouble: () => undefined,
    timeoutMs: 100,
    now: Date.now,
  });
  opened.push(state);
  return state;
}

const close = (): Promise<void> => {
  closeAll();
  return Promise.resolve();
};

describeSharedState('that a primary holds', () => {
  const held = hold();
  const [{ state: first }, { state: second }] = [openIn(held), openIn(held)];
  return Promise.resolve({ first, second, pass: (ms) => sleep(ms + 50), close });
});

describeSharedBus('through a primary', () => {
  const held = hold();
  return Promise.resolve({ buses: [openIn(held).bus, openIn(held).bus, openIn(held).bus], close });
});

describeSharedReadings('that a primary holds', async () => {
  const held = hold();
  const [first, second] = [openIn(held), openIn(held)];
  await Promise.all([first.ready(5000), second.ready(5000)]);
  return { first: first.readings, second: second.readings, close };
});

describeCallLedger('that a primary keeps', () => {
  const held = hold();
  const open = async ({ own = () => [] }: { own?: () => readonly OwnCall[] } = {}) => {
    const { ledger, ready } = openIn(held);
    const views: OthersView[] = [];
    ledger.open((view) => views.push(view), own);
    await ready(5000);
    opened.push(ledger);
    return { ledger, views };
  };
  return { open, close };
});

describe('a primary that answers nothing', () => {
  let held: HeldByPrimary;
  let worker: WorkerState;
  let other: WorkerState;
  const place = { key: 'k', scope: 's' };
  beforeEach(async () => {
    held = hold();
    [worker, other] = [openIn(held), openIn(held)];
    await Promise.all([worker.ready(5000), other.ready(5000)]);
  });
  afterEach(closeAll);

  it('makes what needs agreement fail, and what does not go on', async () => {
    held.pause();
    expect(await worker.readings.claim(place, 't', { proposed: 1, seen: -1 })).toEqual({
      order: undefined,
      outcome: 'ours',
    });
    expect(await worker.ledger.take(claim('1'))).toBe('gone');
    await expect(worker.state.insert('key', 'text', 1000)).rejects.toMatchObject({
      constructor: GatewayError,
      code: 'UPSTREAM_UNAVAILABLE',
    });
  });

  it('is found again by itself, and forgets what was read before a write of which it was not told', async () => {
    await worker.readings.keep([{ key: 'k', order: 1, readAtMs: 5, text: 'old', ttlMs: 60_000 }]);
    expect((await other.readings.find([place]))[0]?.reading?.text).toBe('old');
    held.pause();
    expect(await worker.readings.outdate(['s'], 2)).toBeUndefined();
    held.resume();
    await until(async () => {
      await worker.readings.find([place]);
      return (await other.readings.find([place]))[0]?.reading === undefined;
    });
    await until(async () => (await worker.ledger.take(claim('2'))) === 'granted');
    expect(await worker.state.insert('key', 'text', 1000)).toBe(true);
  });

  it('has each worker send no more than its part of the budget', async () => {
    const { ledger } = worker;
    for (const { ledger: each } of [worker, other])
      each.open(
        () => undefined,
        () => [],
      );
    await until(async () => {
      await ledger.take(claim('1', 30));
      held.pause();
      await ledger.take(claim('2', 30));
      const { weight } = ledger;
      held.resume();
      await until(async () => (await ledger.take(claim('3', 30))) === 'granted');
      return weight === 2;
    });
    for (const { ledger: each } of [worker, other]) each.close();
  });

  it('tells of a gap when what had to be dropped is over', async () => {
    const gaps: BusGap[] = [];
    const heard: string[] = [];
    worker.bus.onGap((gap) => gaps.push(gap));
    other.bus.listen('news', (text) => heard.push(text));
    for (let index = 0; index < 6000; index += 1) worker.bus.publish('news', String(index));
    await until(() => gaps.includes('unsaid'));
    await until(() => heard.length > 0);
    worker.bus.publish('news', 'again');
    await until(() => heard.includes('again'));
    expect(heard.length).toBeLessThan(6001);
  });
});
