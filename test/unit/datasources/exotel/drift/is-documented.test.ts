import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { differences, isDocumented } from '../../../../../src/datasources/exotel/drift/differences.js';
import { campaignFields } from '../../../../../src/datasources/exotel/wire/campaign.js';
import { itemShape } from '../../../../../src/datasources/exotel/wire/envelope.js';
import { type ObjectShape, shapeOf } from '../../../../../src/datasources/exotel/wire/fields.js';
import { messageFields } from '../../../../../src/datasources/exotel/wire/message.js';

const campaignItem = itemShape.with({ data: shapeOf(campaignFields) });
const messageItem = itemShape.with({ data: shapeOf(messageFields) });

type Row = Readonly<Record<string, unknown>>;

/** Known and unknown keys of a message, with values of the right and of wrong types, in any order. */
const key = fc.constantFrom('sid', 'number', 'name', 'body', 'status', 'direction', 'constructor', 'newKey');
const value = fc.oneof(
  { weight: 6, arbitrary: fc.constant('text') },
  { weight: 1, arbitrary: fc.constantFrom(null, 1, true, [], {}) },
);
const row = fc
  .uniqueArray(fc.tuple(key, value), { selector: ([name]) => name })
  .map((entries): Row => ({ code: 200, data: Object.fromEntries(entries) }));

const agree = (each: Row, documented: ObjectShape): void => {
  expect(isDocumented(each, documented)).toBe(differences(each, documented, '').length === 0);
};

describe('the fast check of an object agrees with the full comparison', () => {
  it('for any keys in any order, after any other rows', () => {
    fc.assert(
      fc.property(fc.array(row, { minLength: 1, maxLength: 6 }), (rows) => {
        for (const each of rows) agree(each, messageItem);
      }),
    );
  });

  it.each<[title: string, first: Row, then: Row, isIt: boolean]>([
    ['the same keys in another order', { sid: 'a', number: 'b' }, { number: 'b', sid: 'a' }, true],
    ['a key removed', { sid: 'a', number: 'b' }, { number: 'b' }, true],
    ['a key of another type in the same place', { sid: 'a', number: 'b' }, { sid: 'a', number: 1 }, false],
    ['a new key in the same place', { sid: 'a', number: 'b' }, { sid: 'a', nummer: 'b' }, false],
    ['a new key at the end', { sid: 'a' }, { sid: 'a', nummer: 'b' }, false],
  ])('after a row with %s', (_title, first, then, isIt) => {
    expect(isDocumented({ data: first }, messageItem)).toBe(true);
    expect(isDocumented({ data: then }, messageItem)).toBe(isIt);
  });

  it('does not mix up two kinds of rows', () => {
    expect(isDocumented({ code: 200, data: { sid: 'a', lists: ['b'] } }, campaignItem)).toBe(true);
    expect(isDocumented({ code: 200, data: { sid: 'a', lists: ['b'] } }, messageItem)).toBe(false);
  });
});
