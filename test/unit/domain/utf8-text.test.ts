import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { utf8Text } from '../../../src/domain/text.js';

describe('the UTF-8 decoder', () => {
  it('decodes any text', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), (text) => {
        fc.pre(text.isWellFormed());
        expect(utf8Text(Buffer.from(text))).toBe(text);
      }),
    );
  });

  it('decodes malformed bytes as far as possible', () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 50 }), (bytes) => {
        expect(utf8Text(Buffer.from(bytes))).toBe(Buffer.from(bytes).toString('utf8'));
      }),
    );
  });

  it.each([
    ['a byte that cannot start a character', [0x61, 0xff, 0x62], 'a\ufffdb'],
    ['half an emoji', [0x61, 0xf0, 0x9f], 'a\ufffd'],
    ['a surrogate', [0xed, 0xa0, 0x80], '\ufffd\ufffd\ufffd'],
    ['nothing', [], ''],
  ])('writes U+FFFD for invalid bytes: %s', (_title, bytes, read) => {
    expect(utf8Text(Buffer.from(bytes))).toBe(read);
  });
});
