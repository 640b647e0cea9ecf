import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type MemoryReservation, MemoryPool } from '../../../src/operations/gate/memory-pool.js';
import { runsOf } from '../../support/property-runs.js';

const pool = (options: Partial<ConstructorParameters<typeof MemoryPool>[0]> = {}) =>
  new MemoryPool({ maximumBytes: 100, maximumPerCaller: 50, maximumWaiting: 10, waitMs: 0, ...options });
const settled = (): Promise<void> => new Promise(setImmediate);

describe('the memory pool', () => {
  it('grants memory at once while there is room, and queues what does not fit', async () => {
    const memory = pool();
    const first = await memory.reserve(50, 'a');
    const waiting = memory.reserve(10, 'a');
    expect(waiting).toBeInstanceOf(Promise);
    expect(memory.reservedBytes).toBe(50);
    first.release();
    await waiting;
    expect(memory.reservedBytes).toBe(10);
  });

  it('grants memory to one operation at a time while the heap is full', async () => {
    let isFull = true;
    const memory = pool({ isHeapFull: () => isFull });
    const first = await memory.reserve(10, 'a');
    const [second, third] = [memory.reserve(10, 'a'), memory.reserve(10, 'b')];
    first.release();
    const begun = await second;
    expect(memory.reservedBytes).toBe(10);
    isFull = false;
    begun.release();
    await third;
    expect(await Promise.race([memory.reserve(10, 'a'), settled()])).toBeDefined();
  });

  it('keeps half of the memory for others while one caller holds its share', async () => {
    const memory = pool();
    await memory.reserve(50, 'a');
    void memory.reserve(50, 'a');
    expect(await Promise.race([memory.reserve(50, 'b'), settled()])).toBeDefined();
  });

  it('grants memory to callers in turn, and to the operations of each caller in order', async () => {
    const memory = pool({ maximumPerCaller: 100 });
    const begun: string[] = [];
    const last = await memory.reserve(100, 'a');
    const ask = async (name: string): Promise<void> => {
      const hold = await memory.reserve(100, name[0] ?? '');
      begun.push(name);
      hold.release();
    };
    const all = ['a1', 'a2', 'a3', 'b1', 'c1', 'b2'].map(ask);
    last.release();
    await Promise.all(all);
    expect(begun).toEqual(['a1', 'b1', 'c1', 'a2', 'b2', 'a3']);
  });

  it('grants a request larger than the pool once nothing else is held', async () => {
    const memory = pool();
    const small = await memory.reserve(1, 'a');
    const large = memory.reserve(1000, 'a');
    await settled();
    expect(memory.waiting).toBe(1);
    small.release();
    await large;
    expect(memory.reservedBytes).toBe(50);
  });

  it('forgets a waiting request once nobody waits for it any more', async () => {
    const memory = pool();
    const first = await memory.reserve(50, 'a');
    const subscription = new AbortController();
    const left = memory.reserve(50, 'a', false, subscription.signal);
    const next = memory.reserve(50, 'a', false);
    subscription.abort();
    await expect(left).rejects.toMatchObject({ code: 'OVERLOADED' });
    expect(memory.waiting).toBe(1);
    await expect(memory.reserve(50, 'a', false, subscription.signal)).rejects.toBeDefined();
    first.release();
    (await next).release();
    expect(memory.reservedBytes).toBe(0);
  });

  it('refuses a request if the queue is full, except requests that are bounded elsewhere', async () => {
    const memory = pool({ maximumWaiting: 1 });
    await memory.reserve(50, 'a');
    void memory.reserve(50, 'a');
    await expect(Promise.resolve(memory.reserve(50, 'a'))).rejects.toMatchObject({
      code: 'OVERLOADED',
      details: { retryAfter: 1 },
    });
    void memory.reserve(50, 'a', false);
    expect(memory.waiting).toBe(2);
  });

  it('refuses the newest request of the caller that has most of them waiting, if the queue is full', async () => {
    const memory = pool({ maximumPerCaller: 100, maximumWaiting: 4 });
    const hold = await memory.reserve(100, 'a');
    const begun: string[] = [];
    const ask = (name: string): Promise<void> =>
      Promise.resolve(memory.reserve(100, name[0] ?? '')).then(
        (reservation) => {
          begun.push(name);
          reservation.release();
        },
        () => void begun.push(`${name} refused`),
      );
    const all = ['a1', 'a2', 'a3', 'a4', 'b1', 'b2', 'b3', 'a5'].map(ask);
    await settled();
    hold.release();
    await Promise.all(all);
    expect(begun).toEqual(['a4 refused', 'a3 refused', 'b3 refused', 'a5 refused', 'a1', 'b1', 'a2', 'b2']);
  });

  it('refuses a request that has waited for the operation timeout, and never starts it', async () => {
    const memory = pool({ waitMs: 1 });
    const first = await memory.reserve(50, 'a');
    await expect(Promise.resolve(memory.reserve(50, 'a'))).rejects.toMatchObject({ code: 'OVERLOADED' });
    first.release();
    expect([memory.waiting, memory.reservedBytes]).toEqual([0, 0]);
  });

  it('counts the actual size of a response, and releases all of it once', async () => {
    const memory = pool();
    const hold = await memory.reserve(10, 'a');
    hold.growTo(300);
    hold.growTo(20);
    expect(memory.reservedBytes).toBe(300);
    hold.release();
    hold.release();
    hold.growTo(10);
    expect(memory.reservedBytes).toBe(0);
  });

  it('never exceeds its bound, and starts every request in the end', async () => {
    const operations = fc.array(fc.tuple(fc.integer({ min: 1, max: 80 }), fc.constantFrom('a', 'b', 'c')), {
      maxLength: 40,
    });
    await fc.assert(
      fc.asyncProperty(operations, async (asked) => {
        const memory = pool({ maximumWaiting: 100 });
        const held: MemoryReservation[] = [];
        let begun = 0;
        const all = asked.map(async ([bytes, caller]) => {
          held.push(await memory.reserve(bytes, caller));
          begun += 1;
          expect(memory.reservedBytes).toBeLessThanOrEqual(100);
        });
        while (begun < asked.length) {
          await settled();
          held.shift()?.release();
        }
        await Promise.all(all);
        for (const hold of held) hold.release();
        expect([memory.waiting, memory.reservedBytes]).toEqual([0, 0]);
      }),
      { numRuns: runsOf(50) },
    );
  });
});
