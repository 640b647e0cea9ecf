import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../../../src/datasources/state/memory-state.js';
import { describeSharedState } from './contract.js';

const startMs = Date.parse('2026-05-01T10:00:00Z');

describeSharedState('memory', () => {
  let nowMs = startMs;
  const state = new MemoryState(() => nowMs);
  const pass = (ms: number): Promise<void> => {
    nowMs += ms + 1;
    return Promise.resolve();
  };
  return Promise.resolve({ first: state, second: state, pass, close: () => Promise.resolve() });
});

describe('memory', () => {
  it('is of one gateway alone: two that are opened share nothing', async () => {
    const [one, other] = [new MemoryState(() => startMs), new MemoryState(() => startMs)];
    await one.insert('key', 'text', 1000);
    expect(await other.read('key')).toBeNull();
  });

  it('keeps a text until its time is over, and not a moment less', async () => {
    let nowMs = startMs;
    const state = new MemoryState(() => nowMs);
    await state.insert('key', 'text', 1000);
    nowMs += 999;
    expect(await state.read('key')).toBe('text');
    nowMs += 2;
    expect(await state.read('key')).toBeNull();
  });
});
