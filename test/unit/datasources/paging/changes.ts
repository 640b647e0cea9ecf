import fc from 'fast-check';
import { type Change, type Place } from './changing-list.js';
import { runsOf, seedOf } from '../../../support/property-runs.js';

const anyBlock = fc.oneof(
  { weight: 3, arbitrary: fc.constant(1) },
  { weight: 3, arbitrary: fc.integer({ min: 2, max: 12 }) },
  { weight: 2, arbitrary: fc.integer({ min: 13, max: 120 }) },
  { weight: 1, arbitrary: fc.integer({ min: 121, max: 600 }) },
);
const anyPlace: fc.Arbitrary<Place> = fc.oneof(
  fc.record({ from: fc.constant('cursor' as const), by: fc.integer({ min: -8, max: 8 }) }),
  fc.record({ from: fc.constant('cursor' as const), by: fc.integer({ min: -300, max: 300 }) }),
  fc.record({
    from: fc.constantFrom('start' as const, 'end' as const),
    by: fc.integer({ min: -200, max: 200 }),
  }),
);
const anyCount = fc.oneof(fc.integer({ min: 1, max: 8 }), fc.integer({ min: 1, max: 120 }), fc.constant(300));

/** Blocks of rows with one sort key. */
export const anyBlocks = fc.array(anyBlock, { minLength: 1, maxLength: 12 });

/** Changes of a list between two pages. */
export const anyChanges = (kinds: readonly Change['kind'][]): fc.Arbitrary<Change[]> =>
  fc.array(fc.record({ kind: fc.constantFrom(...kinds), place: anyPlace, count: anyCount }), {
    maxLength: 3,
  });

/** Of walks over a list that changes. */
export const runs = {
  numRuns: runsOf(25),
  seed: seedOf(20_261_127),
};
