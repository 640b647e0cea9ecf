import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type LargeBody,
  LargeBodies,
} from '../../../../../src/datasources/exotel/resilience/large-bodies.js';
import { runsOf } from '../../../../support/property-runs.js';

/** A body of a test, and what came of it. */
interface Entered {
  readonly owner: object;
  readonly body: LargeBody;
  state: 'waiting' | 'begun' | 'refused';
}

function enter(bodies: LargeBodies, bytes: number, owner: object = {}, leastBytes = bytes): Entered {
  let state: Entered['state'] = 'waiting';
  const body = bodies.enter({
    bytes,
    leastBytes,
    owner,
    begin: () => {
      state = 'begun';
    },
    refuse: () => {
      state = 'refused';
    },
  });
  return {
    owner,
    body,
    get state() {
      return body.hasRoom ? 'begun' : state;
    },
  };
}

describe('large bodies', () => {
  it('come one after the other while the heap is full', () => {
    let isFull = false;
    const bodies = new LargeBodies(100, { isHeapFull: () => isFull });
    const first = enter(bodies, 10);
    isFull = true;
    const [second, third] = [enter(bodies, 10), enter(bodies, 10)];
    expect([second.state, third.state]).toEqual(['waiting', 'waiting']);
    first.body.release();
    expect([second.state, third.state]).toEqual(['begun', 'waiting']);
    isFull = false;
    second.body.release();
    expect([third.state, enter(bodies, 10).state]).toEqual(['begun', 'begun']);
  });

  it('have the garbage of earlier ones collected before all of them together would exceed the maximum', () => {
    let collections = 0;
    const bodies = new LargeBodies(25, { collectGarbage: () => (collections += 1) });
    const counts = [10, 10, 6, 19, 1, 40, 40].map((bytes) => {
      enter(bodies, bytes).body.release();
      return collections;
    });
    expect(counts).toEqual([0, 0, 1, 1, 2, 3, 4]);
  });

  it('wait until there is room, in the order of their arrival', () => {
    const bodies = new LargeBodies(25);
    const [first, second, third] = [enter(bodies, 16), enter(bodies, 16), enter(bodies, 16)];
    const states = () => [first, second, third].map(({ state }) => state);
    expect(states()).toEqual(['begun', 'waiting', 'waiting']);
    first.body.completed(9);
    expect(states()).toEqual(['begun', 'begun', 'waiting']);
    second.body.completed(9);
    expect(states()).toEqual(['begun', 'begun', 'waiting']); // 18 are held, and the third may have 16
    first.body.release();
    expect(third.state).toBe('begun');
  });

  it('that are given up while they wait take no room', () => {
    const bodies = new LargeBodies(16);
    const first = enter(bodies, 16);
    enter(bodies, 16).body.release();
    first.body.release();
    expect(enter(bodies, 16).state).toBe('begun');
  });

  it('of the oldest owner do not wait for themselves, and are refused beyond its maximum', () => {
    const bodies = new LargeBodies(25, { maximumOfOldest: 50 });
    const [owner, other] = [{}, {}];
    const held = enter(bodies, 20, owner);
    const next = enter(bodies, 20, owner);
    const others = enter(bodies, 20, other);
    expect([next.state, others.state]).toEqual(['waiting', 'waiting']); // the first may turn out to be smaller
    held.body.completed(20);
    expect([next.state, others.state]).toEqual(['begun', 'waiting']);
    const third = enter(bodies, 20, owner);
    next.body.completed(20);
    expect([third.state, others.state]).toEqual(['refused', 'waiting']);
    third.body.release();
    for (const one of [held, next]) one.body.release();
    expect(others.state).toBe('begun');
  });

  it('of two owners that hold something and need more: the older one proceeds', () => {
    const bodies = new LargeBodies(25);
    const [one, other] = [{}, {}];
    const [held, ofOthers] = [enter(bodies, 10, one), enter(bodies, 10, other)];
    for (const { body } of [held, ofOthers]) body.completed(10);
    const [ofOther, ofOne] = [enter(bodies, 10, other), enter(bodies, 10, one)];
    expect([ofOne.state, ofOther.state]).toEqual(['begun', 'waiting']);
    for (const { body } of [held, ofOne]) body.release();
    expect(ofOther.state).toBe('begun');
  });

  it('are bounded together, and one of them always proceeds (property)', () => {
    const step = fc.record({
      what: fc.constantFrom('enter', 'enter', 'complete', 'release'),
      bytes: fc.integer({ min: 1, max: 30 }),
      which: fc.nat(20),
      owner: fc.nat(3),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bodies = new LargeBodies(25, { maximumOfOldest: 40 });
        let owners = Array.from({ length: 4 }, () => ({}));
        const open: (Entered & { bytes: number; isComplete: boolean })[] = [];
        for (const { what, bytes, which, owner } of steps) {
          const one = open[which % Math.max(1, open.length)];
          if (what === 'enter') {
            const entered = enter(bodies, bytes, owners[owner] ?? {});
            open.push(Object.assign(entered, { bytes, isComplete: false }));
          } else if (what === 'complete' && one?.state === 'begun' && !one.isComplete) {
            one.isComplete = true;
            one.bytes = Math.min(one.bytes, bytes);
            one.body.completed(one.bytes);
          } else if (what === 'release' && one) {
            // A request that is answered gives back all that it has.
            for (const each of open.filter((other) => other.owner === one.owner)) {
              each.body.release();
              open.splice(open.indexOf(each), 1);
            }
            owners = owners.map((each) => (each === one.owner ? {} : each));
          }
          const taking = open.filter(({ state }) => state === 'begun');
          const taken = taking.reduce((sum, each) => sum + each.bytes, 0);
          expect(taken).toBeLessThanOrEqual(25 + 40 + 30); // the last: one that is larger alone
          const waiting = open.filter(({ state }) => state === 'waiting');
          // Whoever waits, another one is being received, or its request can be answered.
          const canGoOn = (entered: Entered) => !waiting.some((other) => other.owner === entered.owner);
          expect(waiting.length === 0 || taking.some((each) => !each.isComplete) || open.some(canGoOn)).toBe(
            true,
          );
        }
      }),
      { numRuns: runsOf(250) },
    );
  });
});
