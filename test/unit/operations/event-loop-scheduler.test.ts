import { describe, expect, it } from '@jest/globals';
import { EventLoopScheduler } from '../../../src/operations/gate/event-loop-scheduler.js';

/** Tasks of a given duration, and the turn of the event loop in which each started. */
async function begun(piecesMs: readonly number[], sliceMs = 25): Promise<number[]> {
  let nowMs = 0;
  let turn = 0;
  const count = (): void => {
    turn += 1;
    immediate = setImmediate(count);
  };
  let immediate = setImmediate(count);
  const turns = new EventLoopScheduler({ sliceMs, now: () => nowMs });
  const each = await Promise.all(
    piecesMs.map(async (ms) => {
      await turns.next();
      nowMs += ms;
      return turn;
    }),
  );
  clearImmediate(immediate);
  return each;
}

/** Number of tasks that started in each turn, in order. */
const perTurn = (turns: readonly number[]): number[] => [
  ...turns
    .reduce((counts, turn) => counts.set(turn, (counts.get(turn) ?? 0) + 1), new Map<number, number>())
    .values(),
];

describe('the event loop scheduler', () => {
  it('starts work at once while the time slice lasts', () => {
    const turns = new EventLoopScheduler({ sliceMs: 25, now: () => 0 });
    expect(turns.next()).toBeUndefined();
  });

  it('starts the next task after the first has worked, not after it was scheduled', async () => {
    const turns = new EventLoopScheduler({ sliceMs: 25, now: () => 0 });
    expect(turns.next()).toBeUndefined();
    const next = turns.next();
    expect(next).toBeInstanceOf(Promise);
    await next;
  });

  it('queues tasks for the next turn in arrival order once the slice is used up', async () => {
    const turns = await begun(Array.from({ length: 9 }, () => 10));
    expect(turns).toEqual([...turns].sort((one, other) => one - other));
    expect(perTurn(turns)).toEqual([3, 3, 3]);
  });

  it('runs one long task per turn', async () => {
    expect(perTurn(await begun([40, 40, 40, 40]))).toEqual([1, 1, 1, 1]);
  });
});
