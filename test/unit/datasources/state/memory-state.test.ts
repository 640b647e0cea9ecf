import { describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../../../src/datasources/state/memory-state.js';
import { describeSharedState } from './contract.js';

const plenty = 1_000_000;
const startMs = Date.parse('2026-05-01T10:00:00Z');

describeSharedState('memory', () => {
  let nowMs = startMs;
  const state = new MemoryState(() => nowMs, plenty);
  const pass = (ms: number): Promise<void> => {
    nowMs += ms + 1;
    return Promise.resolve();
  };
  return Promise.resolve({ first: state, second: state, pass, close: () => Promise.resolve() });
});

describe('memory state', () => {
  it('belongs to one gateway: two instances share nothing', async () => {
    const [one, other] = [new MemoryState(() => startMs, plenty), new MemoryState(() => startMs, plenty)];
    await one.insert('key', 'text', 1000);
    expect(await other.read('key')).toBeNull();
  });

  it('keeps a text until exactly the end of its time to live', async () => {
    let nowMs = startMs;
    const state = new MemoryState(() => nowMs, plenty);
    await state.insert('key', 'text', 1000);
    nowMs += 999;
    expect(await state.read('key')).toBe('text');
    nowMs += 2;
    expect(await state.read('key')).toBeNull();
  });

  describe('that is full', () => {
    const [startedMs, dayMs] = [startMs, 86_400_000];
    const record = 'x'.repeat(1000);
    const full = { code: 'UPSTREAM_UNAVAILABLE' };

    /** Stores creates until one is refused. @returns the number of stored creates. */
    async function fill(state: MemoryState): Promise<number> {
      for (let count = 0; ; count += 1)
        if (
          await state.insert(`create:${count}`, record, dayMs).then(
            () => false,
            () => true,
          )
        )
          return count;
    }

    it('evicts nothing, refuses new texts, and accepts changes of stored ones', async () => {
      const state = new MemoryState(() => startedMs, plenty);
      const count = await fill(state);
      expect(count).toBe(695); // about 1,260 bytes each, in seven eighths of a million bytes
      await expect(state.insert('create:new', record, dayMs)).rejects.toMatchObject(full);
      expect(await state.insert('taken:0', 'the-first', dayMs)).toBe(true);
      expect(await state.insert('create:0', record, dayMs)).toBe(false); // the key exists, so the insert is refused
      expect(await state.swap('create:0', record, record + record, dayMs)).toBe(true);
      for (let index = 1; index < count; index += 1) expect(await state.read(`create:${index}`)).toBe(record);
    });

    it('refuses short texts too if they do not fit', async () => {
      const state = new MemoryState(() => startedMs, 1100);
      const inserts = Array.from({ length: 6 }, (_, index) => state.insert(`taken:${index}`, 'mark', dayMs));
      const settled = await Promise.allSettled(inserts);
      expect(settled.map(({ status }) => status)).toEqual([
        ...Array.from({ length: 4 }, () => 'fulfilled'),
        'rejected',
        'rejected',
      ]);
    });

    it('accepts texts again after others were removed or have expired', async () => {
      let nowMs = startedMs;
      const state = new MemoryState(() => nowMs, plenty);
      await fill(state);
      await state.remove('create:7', record);
      expect(await state.insert('create:new', record, dayMs)).toBe(true);
      await expect(state.insert('create:newer', record, dayMs)).rejects.toMatchObject(full);
      nowMs += dayMs + 1;
      expect(await fill(state)).toBe(695);
    });
  });
});
