import { afterEach, describe, expect, it, jest } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../src/domain/json.js';

afterEach(() => {
  jest.restoreAllMocks();
});

/** Longer than the longest text that is parsed without a check. */
const padding = ' '.repeat(70_000);
const lists = (depth: number) => '['.repeat(depth) + ']'.repeat(depth);
const objects = (depth: number) => '{"a":'.repeat(depth) + '1' + '}'.repeat(depth);

describe.each([
  ['a short text', ''],
  ['a long text', padding],
])('%s', (_what, before) => {
  it.each([
    ['lists', lists],
    ['objects', objects],
  ])('may nest %s 100 levels deep, but no deeper', (_kind, nested) => {
    expect(parseJson(before + nested(100))).toEqual(JSON.parse(nested(100)));
    expect(parseJson(before + nested(101))).toBeUndefined();
  });

  it('may contain any brackets in strings', () => {
    const text = `${'[{'.repeat(1000)}"\\${']}'.repeat(3)}`;
    const json = [{ [text]: text }, '\\', '"', '\\"[', '', { a: ['\\\\'] }];
    expect(parseJson(before + JSON.stringify(json))).toEqual(json);
  });

  it('may have any number of objects with members', () => {
    const json = Array.from({ length: 20_000 }, (_, index) => ({ a: index, b: { c: 1 } }));
    expect(parseJson(before + JSON.stringify(json))).toEqual(json);
  });

  it('may begin with a byte-order mark', () => {
    expect(parseJson(`\ufeff${before}[1]`)).toEqual([1]);
  });

  it.each(['', '[', '{"a":}', '"', '"\\', 'nul', ']', '[1]]'])(
    'is refused if it is malformed: %s',
    (text) => {
      expect(parseJson(before + text)).toBeUndefined();
    },
  );

  it('is parsed like JSON.parse', () => {
    fc.assert(
      fc.property(fc.json({ maxDepth: 20 }), (text) => {
        expect(parseJson(before + text)).toEqual(JSON.parse(text));
      }),
    );
  });
});

it.each([
  ['three million lists in lists', lists(3_000_000)],
  ['endless nested lists', '['.repeat(16_000_000)],
  ['a million empty objects', `[${'{},'.repeat(1_000_000)}{}]`],
  ['twenty thousand members of one object', `[{"a":1},{${'"a":1,'.repeat(20_000)}"a":1}]`],
  ['a million members', `{${'"a":1,'.repeat(1_000_000)}"a":1}`],
  ['eight million numbers', `[${'1,'.repeat(8_000_000)}1]`],
])('JSON with %s is refused before it is parsed', (_what, text) => {
  const parse = jest.spyOn(JSON, 'parse');
  expect(parseJson(text)).toBeUndefined();
  expect(parse).not.toHaveBeenCalled();
});

it('JSON of 14 MB is parsed, also if most of it is escape sequences', () => {
  const texts = ['y'.repeat(14_000_000), '\\"'.repeat(3_000_000)];
  for (const text of texts) expect(parseJson(JSON.stringify([text]))).toEqual([text]);
});
