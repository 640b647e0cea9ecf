import { describe, expect, it } from '@jest/globals';
import { growthOf, mostForLinear } from '../../../../support/hostile/growth.js';
import {
  isSameText,
  type Similarity,
  similarityOf,
  searchTermOf,
} from '../../../../../src/datasources/writing/look-up/text-similarity.js';

/** UTF-8 that is read as Latin-1. */
const misread = (text: string): string => Buffer.from(text).toString('latin1');

/** @slow */
describe('a stored name is similar to the sent name', () => {
  const long = 'Summer campaign for the north of India';
  it.each<[string, string, Similarity]>([
    ['Big Sale', 'Big Sale', 'same'],
    ['Big  Sale', ' Big Sale\n', 'same'],
    ['Big_Sale', 'Big Sale', 'rewritten'],
    ['🎉🎉🎉🎉', '????', 'weak'],
    [long, long.slice(0, 25), 'cut'],
    [long, long.slice(0, 25).toUpperCase(), 'cut'],
    [long, long.slice(0, 12), 'near'],
    [long, `${long} again`, 'near'],
    [long, long.slice(10), 'near'],
    ['R&D', 'R&X', 'different'],
    ['AT&T offer', 'AT&amp;T offer', 'rewritten'],
    ['दिवाली 2026', 'होली 2026', 'different'],
    ['दिवाली', 'दवल', 'near'],
    ['हिन्दी ABC', 'ह-न-द-abc', 'near'],
    ['தீபாவளி வாழ்த்துக்கள்', 'தபவள வழததககள', 'near'],
    ['<i>Mk</i> <b>Xy</b>', 'Mk Xy', 'near'],
    ['Foxtrot\nHotel', 'Foxtrot<br>Hotel', 'near'],
    ['Promo @@City now', 'Promo {#var#} now', 'near'],
    ['Go https://a.b/x?y now', 'Go https://exo.tl/yu3qi3 now', 'near'],
    ['https://a.b/c?d=1', 'https://exo.tl/w2ooiv', 'weak'],
    ['Party 🎉 time', 'Party :tada: time', 'near'],
    ['🔥🔥🔥🔥', ':fire::fire::fire::fire:', 'weak'],
    ['दिवाली 2026', '?????? 2026', 'rewritten'],
    ['Café 2026', 'Caf? 2026', 'rewritten'],
    ['Café 2026', 'Cafe 2026', 'rewritten'],
    ['Sale &copy; 2026', 'Sale © 2026', 'rewritten'],
    ['Diwali offer 1', 'Diwali offer 2', 'different'],
    ['Diwali offer', '', 'weak'],
    ['Diwali offer', '  ', 'weak'],
    ['Diwali offer', 'a', 'weak'],
    ['Q2', 'Q2 sale', 'weak'],
    ['Sale', 'Sale 2', 'near'],
    ['Diwali offer', '????', 'different'],
    ['1D E0', '----', 'different'],
    ['----', 'Diwali offer', 'different'],
    ['नमस्ते', '??????', 'weak'],
    ['नमस्ते offer', '????', 'weak'],
    ['****', '&#42;&#42;&#42;&#42;', 'rewritten'],
    ['!!!! ????', '!!!!_????', 'rewritten'],
    ['!!!! ????', '!!!!+%3F%3F%3F%3F', 'rewritten'],
    ['!!!! ????', '!!!! !!!!', 'weak'],
    ['100% off now', '100%25%20off%20now', 'rewritten'],
    ['Fête d’été', misread('Fête d’été'), 'rewritten'],
    ['Fête d’été', 'FÃªte dâ€™Ã©tÃ©', 'rewritten'],
    ['Fête d’été', misread(misread('Fête d’été')), 'rewritten'],
    ['नमस्ते', misread('नमस्ते'), 'rewritten'],
    ['नमस्ते 🎉', misread('नमस्ते 🎉').toUpperCase(), 'weak'],
    ['Fête d’été', misread('Fête d’été').replaceAll(/[\x80-\x9f]/g, ''), 'near'],
    [`${long} à Noël`, misread(`${long} à Noël`).slice(0, long.length + 2), 'cut'],
    ['Café', 'CafÃ©s', 'near'],
    ['big Café Diwali', 'big Caf??Diw', 'near'],
    ['é%20Diwali & 1', '%3F%2520Diwali%20%26%201', 'rewritten'],
    ['big Café & Diwali offer', 'big%20Caf%3F%20%26%20Diwali%2', 'cut'],
    ['Offer ᾈ', 'OFFER ἈΙ', 'rewritten'],
    ['Offer ᾈ', 'Offer Α', 'rewritten'],
    ['Café', 'ThÃ©', 'different'],
    ['Offer № 1™ ½', 'Offer 1 ½', 'rewritten'],
    ['Offer № 1™ ½', 'Offer 1', 'rewritten'],
    ['Offer № 1', 'Offer 2', 'different'],
  ])('%j, %j: %s', (sent, stored, expected) => {
    expect(similarityOf(sent, stored)).toBe(expected);
  });

  it.each(['a', ' ', '&', '&a', '&amp;', '&#', '%', '%4', '\\u', '\u0301', '🎉', '<b', '&#x1', 'क्'])(
    'is compared in linear time: %j',
    (piece) => {
      const compare = (length: number): void => {
        const text = piece.repeat(length / piece.length);
        similarityOf(text, `${text}x`);
        isSameText(text, `${text}x`);
        similarityOf('Big Sale', text);
        similarityOf(text, 'Big Sale');
        searchTermOf(text);
      };
      expect(growthOf(30_000, compare)).toBeLessThan(mostForLinear);
    },
  );
});

describe('two texts are equal, however often either is escaped', () => {
  const escape = (text: string): string =>
    text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll("'", '&#39;').replaceAll('"', '&quot;');
  const texts = [
    'A&B <b>x</b> "q"',
    'T &amp; x',
    'T &lt; x',
    'T &#39; &nbsp; x',
    "T O'Neil x",
    'T %20 x',
    '&copy; é',
  ];
  it.each(texts)('%s', (text) => {
    let escaped = text;
    for (let times = 0; times < 5; times += 1) {
      escaped = escape(escaped);
      expect([isSameText(text, escaped), isSameText(escaped, text)]).toEqual([true, true]);
      expect(isSameText(`${text} now`, escaped)).toBe(false);
      expect(similarityOf(`Diwali ${text}`, `Diwali ${escaped}`)).not.toBe('different');
    }
    expect(isSameText(text, encodeURIComponent(escape(text)))).toBe(true);
  });

  it.each<[string, string]>([
    ['Café नम', 'Caf&eacute; &#2344;&#x92e;'],
    ['Café नम', 'Caf&amp;eacute; \\u0928\\u092e'],
    ['नम', '%E0%A4%A8%E0%A4%AE'],
    [
      'She said "now" \\ C:\\new\n\tor\r\nlater /',
      'She said \\"now\\" \\\\ C:\\\\new\\n\\tor\\r\\nlater \\/',
    ],
  ])('%s, %s', (sent, stored) => {
    expect(isSameText(sent, stored)).toBe(true);
  });

  it.each<[string, string]>([
    ['A & B', 'A B'],
    ['T &amp; x', 'T &lt; x'],
    ['100%25', '100%26'],
    ['One\\nTwo', 'One\\nThree'],
  ])('but %s does not equal %s', (sent, stored) => {
    expect(isSameText(sent, stored)).toBe(false);
  });
});

describe('the search text for a name', () => {
  it.each<[string, string | null]>([
    ['Diwali offer', 'Diwali'],
    ['A big 2026-sale', '2026'],
    ['Ben & Jerry', 'Jerry'],
    ['Café', 'Caf'],
    ['दिवाली', null],
    ['a b c d', null],
    ['ab\tcd', null],
    [`${'- '.repeat(30)}Diwali`, null],
    [`${'🎉'.repeat(38)}Diwali`, null],
    [`${'🎉'.repeat(36)}Diwali`, 'Diwa'],
    ['acme 2026-05-01 10:00:00 k3j2h1g0', 'k3j2h1g0'],
    ['x'.repeat(100_000), 'x'.repeat(40)],
  ])('%j is %j', (name, expected) => {
    expect(searchTermOf(name)).toBe(expected);
  });
});

describe('a stored text that is too long to be a rewriting of the sent one', () => {
  const sent = 'Diwali offer '.repeat(70);
  const longest = 20 * sent.length + 200;
  const ofLength = (length: number): string => 'e\u0301'.repeat(length).slice(0, length);

  it('may be the same for all that is known, and is not equal', () => {
    const stored = `${sent}${ofLength(longest)}`;
    expect([similarityOf(sent, stored), isSameText(sent, stored)]).toEqual(['near', false]);
    expect(similarityOf(sent, ofLength(longest))).toBe('different');
    expect(isSameText('é', '%2525C3%2525A9')).toBe(true);
  });

  it('takes no time, whatever its length', () => {
    const cpuOf = (stored: string): number => {
      const from = process.cpuUsage();
      for (let time = 0; time < 10; time += 1) similarityOf(sent, stored);
      return process.cpuUsage(from).user;
    };
    expect(cpuOf(ofLength(5_000_000))).toBeLessThan(cpuOf(ofLength(longest)) / 5);
  });
});
