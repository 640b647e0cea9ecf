import { expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utcTexts } from '../../../../../src/datasources/exotel/client.js';

it('times are formatted as JavaScript does, in any order', () => {
  const moment = fc.integer({ min: 0, max: 4_102_444_800_000 }); // to the year 2100
  const near = fc.tuple(moment, fc.array(fc.integer({ min: -2000, max: 2000 }), { maxLength: 8 }));
  fc.assert(
    fc.property(near, ([ms, steps]) => {
      const utcText = utcTexts();
      for (const at of [ms, ...steps.map((step) => Math.max(0, ms + step)), ms])
        expect(utcText(at)).toBe(new Date(at).toISOString());
    }),
  );
});
