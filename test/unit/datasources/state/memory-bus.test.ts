import { expect, it } from '@jest/globals';
import { MemoryBus } from '../../../../src/datasources/state/memory-bus.js';
import { describeSharedBus } from './bus-contract.js';

describeSharedBus('memory', () => {
  const first = new MemoryBus();
  return Promise.resolve({
    buses: [first, new MemoryBus(first), new MemoryBus(first)],
    close: () => Promise.resolve(),
  });
});

it('a bus in memory is alone until another is made from it', () => {
  const bus = new MemoryBus();
  expect(bus.isAlone).toBe(true);
  const other = new MemoryBus(bus);
  expect([bus.isAlone, other.isAlone]).toEqual([false, false]);
  other.close();
  expect(bus.isAlone).toBe(true);
});
