import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type MemoryBudget, memoryBudget } from '../../../src/app/memory-budget.js';

const mebibyte = 1024 * 1024;
const whole = (bytes: number): number => Math.floor(bytes);
const cachesOf = (budget: MemoryBudget): number =>
  Object.values(budget).reduce((sum, bytes) => sum + bytes, 0) -
  budget.requests -
  budget.results -
  budget.upstreamBodies -
  budget.exportBodies -
  budget.documentsInUse -
  budget.subscriptions -
  budget.connections -
  budget.waitingOperations -
  budget.state -
  budget.requestCounts;

describe('memoryBudget', () => {
  it.each<[number, MemoryBudget]>([
    [
      96,
      {
        campaigns: whole(4.8 * mebibyte),
        campaignWindows: whole(3.2 * mebibyte),
        messageWindows: whole(6.4 * mebibyte),
        responses: whole(6.4 * mebibyte),
        documents: whole(7.04 * mebibyte),
        callbacks: whole(1.6 * mebibyte),
        waitingEvents: whole(1.28 * mebibyte),
        peerCampaigns: whole(1.28 * mebibyte),
        requests: 12 * mebibyte,
        results: 12 * mebibyte,
        upstreamBodies: 12 * mebibyte,
        upstreamBody: whole(4.8 * mebibyte),
        exportBodies: 6 * mebibyte,
        documentsInUse: whole(9.6 * mebibyte),
        subscriptions: 12 * mebibyte,
        connections: 682,
        waitingOperations: 1536,
        state: 12 * mebibyte,
        requestCounts: 3 * mebibyte,
      },
    ],
    [
      4096,
      {
        campaigns: 40 * mebibyte,
        campaignWindows: 24 * mebibyte,
        messageWindows: 48 * mebibyte,
        responses: 32 * mebibyte,
        documents: 104 * mebibyte,
        callbacks: 32 * mebibyte,
        waitingEvents: 32 * mebibyte,
        peerCampaigns: 16 * mebibyte,
        requests: 256 * mebibyte,
        results: 256 * mebibyte,
        upstreamBodies: 256 * mebibyte,
        upstreamBody: 16 * mebibyte,
        exportBodies: 128 * mebibyte,
        documentsInUse: 256 * mebibyte,
        subscriptions: 512 * mebibyte,
        connections: 10_000,
        waitingOperations: 20_000,
        state: 256 * mebibyte,
        requestCounts: 16 * mebibyte,
      },
    ],
  ])('divides a heap of %i MB', (heap, budget) => {
    expect(memoryBudget(heap * mebibyte)).toEqual(budget);
  });

  it('gives caches a third of any heap at most, and idempotency records an eighth', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 2 ** 43 }), (heapBytes) => {
        const budget = memoryBudget(heapBytes);
        expect(cachesOf(budget)).toBeLessThanOrEqual(heapBytes / 3);
        expect(budget.state).toBeLessThanOrEqual(heapBytes / 8);
      }),
    );
  });
});
