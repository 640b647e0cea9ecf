import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../../../src/datasources/state/memory-state.js';
import { CallbackUpdates } from '../../../../src/datasources/writing/callback-updates.js';
import { GatewayError } from '../../../../src/domain/errors.js';

const timeoutMs = 10_000;
const ttlMs = 180_000;
let nowMs: number;
let state: MemoryState;
let updates: CallbackUpdates;

beforeEach(() => {
  nowMs = 1_000_000;
  state = new MemoryState(() => nowMs, 1_000_000);
  updates = new CallbackUpdates(state, timeoutMs);
});

describe('an update that would add callback addresses', () => {
  it('may, if it is alone', async () => {
    const isAlone = await updates.note('c', false);
    expect(await isAlone?.()).toBe(true);
  });

  it.each([true, false])(
    'may not after another one, until that can not be processed any more',
    async (isGiven) => {
      await updates.note('c', isGiven);
      nowMs += ttlMs - 1;
      expect(await updates.note('C', false)).toBeUndefined();
      expect(await updates.note('another', false)).toBeDefined();
      nowMs += 2;
      expect(await updates.note('c', false)).toBeDefined();
    },
  );

  it('may not if one that gives addresses begins after it', async () => {
    const isAlone = await updates.note('c', false);
    expect(await updates.note('c', true)).toBeUndefined();
    expect(await isAlone?.()).toBe(false);
  });

  it('may if another one that would add them begins after it: that one may not', async () => {
    const isAlone = await updates.note('c', false);
    expect(await updates.note('c', false)).toBeUndefined();
    expect(await isAlone?.()).toBe(true);
  });

  it('may not where the shared state fails, at first or later', async () => {
    const isAlone = await updates.note('c', false);
    const fails = () => Promise.reject(new GatewayError('UPSTREAM_UNAVAILABLE', 'gone'));
    Object.assign(state, { read: fails, insert: fails });
    expect(await isAlone?.()).toBe(false);
    expect(await updates.note('another', false)).toBeUndefined();
    expect(await updates.note('another', true)).toBeUndefined();
  });
});
