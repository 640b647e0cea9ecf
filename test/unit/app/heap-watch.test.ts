import { afterEach, describe, expect, it } from '@jest/globals';
import { HeapWatch } from '../../../src/app/heap-watch.js';

const opened: HeapWatch[] = [];
afterEach(() => {
  for (const heap of opened.splice(0)) heap.close();
});

/** A heap of 100 bytes: what is alive, garbage, a cache, and a clock. */
function heapOf(liveBytes: number, garbageBytes = 0, cachedBytes = 0) {
  const state = {
    liveBytes,
    garbageBytes,
    cachedBytes,
    externalBytes: 0,
    nowMs: 0,
    collections: 0,
    residentBytes: 0,
    givenBack: 0,
    logged: [] as unknown[],
  };
  const heap = new HeapWatch({
    limitBytes: 100,
    used: () => ({
      heapBytes: state.liveBytes + state.garbageBytes + state.cachedBytes,
      externalBytes: state.externalBytes,
    }),
    residentLimitBytes: 200,
    residentBytes: () => state.residentBytes,
    collectGarbage: (isThorough) => {
      state.collections += 1;
      state.givenBack += Number(isThorough);
      state.garbageBytes = 0;
    },
    now: () => state.nowMs,
    logger: { warn: (...line: unknown[]) => state.logged.push(line) },
  });
  heap.onFull(() => {
    state.garbageBytes += state.cachedBytes;
    state.cachedBytes = 0;
  });
  opened.push(heap);
  return { heap, state };
}

describe('the heap watch', () => {
  it('collects nothing while the heap has room, garbage included', () => {
    const { heap, state } = heapOf(60, 29);
    expect(heap.isFull()).toBe(false);
    expect(state.collections).toBe(0);
  });

  it('tells garbage from live objects before it calls the heap full, and leaves the caches alone', () => {
    const { heap, state } = heapOf(40, 40, 15);
    expect(heap.isFull()).toBe(false);
    expect(state).toMatchObject({ collections: 1, cachedBytes: 15, logged: [] });
  });

  it('empties the caches before it calls the heap full', () => {
    const { heap, state } = heapOf(70, 0, 25);
    expect(heap.isFull()).toBe(false);
    expect(state).toMatchObject({ cachedBytes: 0, logged: [] });
  });

  it('calls the heap full while live objects take more than three quarters of it', () => {
    const { heap, state } = heapOf(95);
    expect(heap.isFull()).toBe(true);
    state.liveBytes = 75;
    state.nowMs += 500;
    expect(heap.isFull()).toBe(false);
  });

  it('calls the heap full while bytes outside of it take, together with it, more than 95 % of it', () => {
    const { heap, state } = heapOf(60);
    state.externalBytes = 51;
    expect(heap.isFull()).toBe(true);
    state.externalBytes = 35;
    state.nowMs += 500;
    expect(heap.isFull()).toBe(false);
  });

  it('collects twice a second at most, however often it is asked', () => {
    const { heap, state } = heapOf(95);
    for (state.nowMs = 0; state.nowMs < 5000; state.nowMs += 1) heap.isFull();
    expect(state.collections).toBeLessThanOrEqual(11); // twice when it becomes full
  });

  it('gives memory back to the system while more is resident than usual, once in five seconds', () => {
    const { heap, state } = heapOf(10);
    for (; state.nowMs < 1000; state.nowMs += 50) heap.isFull();
    expect(state.givenBack).toBe(0);
    state.residentBytes = 201;
    for (; state.nowMs < 11_000; state.nowMs += 50) heap.isFull();
    expect(state.givenBack).toBe(2);
  });

  it('looks at the heap once in ten milliseconds', () => {
    const { heap, state } = heapOf(10);
    heap.isFull();
    state.liveBytes = 95;
    expect(heap.isFull()).toBe(false);
    state.nowMs += 10;
    expect(heap.isFull()).toBe(true);
  });

  it('logs a full heap once a minute', () => {
    const { heap, state } = heapOf(95);
    for (; state.nowMs < 60_000; state.nowMs += 500) heap.isFull();
    expect(state.logged).toEqual([
      [{ heapBytes: 95, externalBytes: 0, limitBytes: 100 }, 'heap full, refusing operations'],
    ]);
    heap.isFull();
    expect(state.logged).toHaveLength(2);
  });
});
