import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import {
  type LargeBody,
  LargeBodies,
} from '../../../../../src/datasources/exotel/resilience/large-bodies.js';

describe('large bodies', () => {
  it('wait until there is room, in the order of their arrival', () => {
    const bodies = new LargeBodies(25);
    const begun: string[] = [];
    const enter = (name: string): LargeBody => bodies.enter(16, () => begun.push(name));
    const first = enter('first');
    const second = enter('second');
    const third = enter('third');
    expect([first, second, third].map(({ hasRoom }) => hasRoom)).toEqual([true, false, false]);
    first.completed(9);
    expect(begun).toEqual(['second']);
    second.completed(9);
    expect(begun).toEqual(['second']); // 18 are held, and the third may have 16
    first.release();
    expect(begun).toEqual(['second', 'third']);
  });

  it('that are given up while they wait take no room', () => {
    const bodies = new LargeBodies(16);
    const first = bodies.enter(16, () => undefined);
    bodies.enter(16, () => undefined).release();
    first.release();
    expect(bodies.enter(16, () => undefined).hasRoom).toBe(true);
  });

  it('never take more than the maximum together, unless one is larger alone (property)', () => {
    const step = fc.record({
      enters: fc.boolean(),
      bytes: fc.integer({ min: 1, max: 30 }),
      which: fc.nat(20),
    });
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const bodies = new LargeBodies(25);
        const open: { body: LargeBody; bytes: number; begun: boolean }[] = [];
        for (const { enters, bytes, which } of steps) {
          if (enters) {
            const one = { bytes, begun: false } as (typeof open)[number];
            one.body = bodies.enter(bytes, () => (one.begun = true));
            one.begun ||= one.body.hasRoom;
            open.push(one);
          } else open.splice(which % Math.max(1, open.length), 1)[0]?.body.release();
          const taking = open.filter(({ begun }) => begun);
          const taken = taking.reduce((sum, one) => sum + one.bytes, 0);
          expect(taking.length === 1 || taken <= 25).toBe(true);
          expect(open.length === 0 || taking.length > 0).toBe(true); // one goes on in any case
        }
      }),
    );
  });
});
