import { afterEach, expect, it, jest } from '@jest/globals';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { ask } from '../../../support/clients/ask.js';
import { fakeTimeouts } from '../../../support/gateway/faked-timeouts.js';
import { setup } from '../../../support/gateway/setup.js';

interface Data {
  readonly campaigns: {
    readonly totalCount: number;
    readonly nodes: readonly { readonly sid: string }[];
    readonly pageInfo: { readonly endCursor: string };
  };
}

afterEach(() => {
  jest.useRealTimers();
});

const page = (first: number, after: string | null): string =>
  `{ campaigns(first: ${String(first)}, after: ${JSON.stringify(after)}) { totalCount nodes { sid } pageInfo { endCursor } } }`;

/** Time of the gateway passes, less than an attempt may take, until it has answered. */
async function answered<T>(answer: Promise<T>): Promise<T> {
  const state = { isAnswered: false };
  const note = (): void => void (state.isAnswered = true);
  answer.then(note, note);
  for (let passedMs = 0; passedMs < 5000 && !state.isAnswered; passedMs += 5) {
    await new Promise((resolve) => setImmediate(resolve));
    await jest.advanceTimersByTimeAsync(5);
  }
  return answer;
}

/** A gateway whose first window is fresh and whose second is stale, before an upstream that is about to fail or to be slow. */
async function begin(hasMoved = false) {
  let now = Date.parse('2026-05-01T10:00:00Z');
  let fault: Fault | undefined;
  const { sandbox, gateway } = await setup({
    sandbox: { clock: () => now, faults: () => fault },
    gateway: { now: () => now, random: () => 0 },
  });
  for (let index = 0; index < 60; index += 1)
    sandbox.state.insert({ name: `Campaign ${String(index)}`, startsAt: now + 3_600_000 });
  const read = async (first: number, after: string | null = null, headers: Record<string, string> = {}) => {
    const { data, errors } = await ask<Data>(gateway, page(first, after), { headers });
    expect(errors).toBeUndefined();
    return data?.campaigns;
  };
  await read(55);
  now += 6000;
  if (hasMoved) sandbox.state.remove(sandbox.state.campaigns()[0]?.sid ?? '');
  const cursor = (await read(50))?.pageInfo.endCursor;
  const offsets = () => sandbox.calls.map(({ query }) => query['offset']);
  const fail = (kind: Fault['kind'], delayMs = 100) => {
    fault = { kind, delayMs };
    sandbox.calls.splice(0);
  };
  const pass = (ms: number) => (now += ms);
  return { read, offsets, fail, pass, cursor };
}

it.each(['reset', 'status'] as const)(
  'a stale window whose read has failed (%s) is not read again, and is served',
  async (kind) => {
    const { read, offsets, fail } = await begin();
    fail(kind);
    expect((await read(55))?.nodes).toHaveLength(55);
    expect(offsets()).toEqual(['50', '50', '50']); // the attempts of one read
  },
);

it('no-cache: each window is read once if its read fails', async () => {
  const { read, offsets, fail } = await begin();
  fail('reset');
  expect((await read(55, null, { 'cache-control': 'no-cache' }))?.nodes).toHaveLength(55);
  expect(offsets().sort()).toEqual(['0', '0', '0', '50', '50', '50']);
});

it('a stale window whose read hangs is served after the soft timeout, and no second read begins', async () => {
  const { read, offsets, fail } = await begin();
  fail('hang');
  fakeTimeouts();
  expect((await answered(read(55)))?.nodes).toHaveLength(55);
  expect(offsets()).toEqual(['50']);
});

it('two stale windows of different ages over an upstream slower than the soft timeout are read once each', async () => {
  const { read, offsets, fail, pass } = await begin();
  pass(60_000);
  fail('delay', 700);
  expect((await read(55))?.nodes).toHaveLength(55);
  expect(offsets()).toEqual(['0', '50']);
});

it('a list that has moved, a slow upstream: the read that is under way is awaited, and no second one begins', async () => {
  const { read, offsets, fail, cursor } = await begin(true);
  fail('delay');
  fakeTimeouts();
  const campaigns = await answered(read(20, cursor)); // both windows are read at the same time
  expect(campaigns?.totalCount).toBe(59);
  expect(campaigns?.nodes).toHaveLength(9);
  expect(offsets()).toEqual(['50', '0']);
});
