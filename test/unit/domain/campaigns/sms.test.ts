import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { growthOf, mostForLinear } from '../../../support/hostile/growth.js';
import { encodingOf, segmentsOf } from '../../../../src/domain/campaigns/sms.js';

const basic =
  '@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !"#¤%&\'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿' +
  'abcdefghijklmnopqrstuvwxyzäöñüà';
const extension = '\f^{}\\[~]|€';

describe('the SMS encoding', () => {
  it('is GSM 7-bit for all 137 characters of the two tables', () => {
    expect(basic).toHaveLength(127);
    expect(Array.from(basic + extension, encodingOf)).not.toContain('UCS2');
  });

  it.each(['ç', '`', '\t', '“', '’', '\u00a0', 'न', 'த', '🎉', 'e\u0301', '\u001b', '–'])(
    'is UCS-2 for %j',
    (text) => {
      expect(encodingOf(`Hello ${text}`)).toBe('UCS2');
    },
  );
});

describe('the number of SMS parts', () => {
  it.each([
    ['no text', '', 0],
    ['160 GSM characters', 'a'.repeat(160), 1],
    ['161', 'a'.repeat(161), 2],
    ['306', 'a'.repeat(306), 2],
    ['307', 'a'.repeat(307), 3],
    ['80 of the extension table, two septets each', '€'.repeat(80), 1],
    ['81', '€'.repeat(81), 2],
    ['an escaped character at the edge of a part', `${'a'.repeat(152)}€${'a'.repeat(152)}`, 3],
    ['70 UCS-2 characters', 'न'.repeat(70), 1],
    ['71', 'न'.repeat(71), 2],
    ['134', 'न'.repeat(134), 2],
    ['135', 'न'.repeat(135), 3],
    ['35 emoji, two units each', '🎉'.repeat(35), 1],
    ['36 emoji', '🎉'.repeat(36), 2],
    ['an emoji at the edge of a part', `${'न'.repeat(66)}🎉${'न'.repeat(66)}`, 3],
    ['160 of which one is in neither table', `${'a'.repeat(159)}’`, 3],
    ['the longest template', 'a'.repeat(2000), 14],
  ])('of %s', (_what, text, parts) => {
    expect(segmentsOf(text)).toBe(parts);
  });

  it('is never less than the units need, and at most one more for each character that cannot be split', () => {
    const character = fc.constantFrom(...Array.from(`${basic}${extension}न🎉’`));
    fc.assert(
      fc.property(fc.array(character, { maxLength: 700 }), (characters) => {
        const text = characters.join('');
        const isGsm = encodingOf(text) === 'GSM7';
        const units = isGsm
          ? characters.length + characters.filter((one) => extension.includes(one)).length
          : text.length;
        const least =
          units <= (isGsm ? 160 : 70) ? Math.min(1, units) : Math.ceil(units / (isGsm ? 153 : 67));
        expect(segmentsOf(text)).toBeGreaterThanOrEqual(least);
        expect(segmentsOf(text)).toBeLessThanOrEqual(Math.max(least, Math.ceil(units / (isGsm ? 152 : 66))));
      }),
    );
  });

  it('of text longer than any template is computed in bounded time', () => {
    const count = (length: number): unknown => segmentsOf('न🎉'.repeat(length));
    expect(growthOf(100_000, count)).toBeLessThan(mostForLinear);
  });
});
