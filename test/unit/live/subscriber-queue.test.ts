import { describe, expect, it } from '@jest/globals';
import { SubscriberQueue, QueueCapacity } from '../../../src/live/subscribers/subscriber-queue.js';

/** A queue of at most four numbers that shares a capacity, and its number of dropped values. */
function open(room: QueueCapacity) {
  const dropped = { count: 0 };
  const queue = new SubscriberQueue<number>({
    maximum: 4,
    capacity: room,
    onClosed: () => undefined,
    onDropped: () => (dropped.count += 1),
  });
  return {
    queue,
    dropped,
    push: (...values: number[]) => {
      for (const value of values) queue.push(value);
    },
  };
}

/** Removes and returns all queued values. */
async function drain(queue: SubscriberQueue<number>, count: number): Promise<(number | undefined)[]> {
  const taken: (number | undefined)[] = [];
  for (let index = 0; index < count; index += 1)
    taken.push(((await queue.next()) as { value?: number }).value);
  return taken;
}

describe('queues that share a capacity', () => {
  it('are filled up to their own limits while there is capacity', async () => {
    const room = new QueueCapacity(8);
    const [one, other] = [open(room), open(room)];
    one.push(1, 2, 3, 4, 5);
    other.push(1, 2, 3, 4);
    expect([one.dropped.count, other.dropped.count]).toEqual([1, 0]);
    expect(await drain(one.queue, 4)).toEqual([2, 3, 4, 5]);
    expect(await drain(other.queue, 4)).toEqual([1, 2, 3, 4]);
  });

  it('are cut to their fair shares when it is used up, and keep the newest values', async () => {
    const room = new QueueCapacity(4);
    const [slow, quick] = [open(room), open(room)];
    slow.push(1, 2, 3, 4);
    quick.push(1); // one over its limit, but within its share
    expect([slow.dropped.count, quick.dropped.count]).toEqual([0, 0]);
    slow.push(5);
    expect([slow.dropped.count, quick.dropped.count]).toEqual([3, 0]);
    expect(await drain(slow.queue, 2)).toEqual([4, 5]);
    expect(await drain(quick.queue, 1)).toEqual([1]);
  });

  it('keep one value each, however small the capacity', async () => {
    const room = new QueueCapacity(0);
    const { queue, push } = open(room);
    push(1, 2, 3);
    expect(await drain(queue, 1)).toEqual([3]);
  });

  it.each<[string, (queue: SubscriberQueue<number>) => unknown]>([
    ['leaves', (queue) => queue.return()],
    [
      'is ended',
      (queue) => {
        queue.fail(new Error('over'));
      },
    ],
  ])('release their capacity and their share when a subscriber %s', (_what, end) => {
    const room = new QueueCapacity(4);
    const gone = open(room);
    gone.push(1, 2, 3, 4);
    end(gone.queue);
    const stays = open(room);
    stays.push(1, 2, 3, 4);
    expect(stays.dropped.count).toBe(0);
    const another = open(room);
    another.push(1, 2);
    expect(another.dropped.count).toBe(0); // two queues share four
    another.push(3);
    expect(another.dropped.count).toBe(1);
  });
});
