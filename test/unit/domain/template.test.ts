import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { examinedPart, variablesOf } from '../../../src/domain/campaigns/sms.js';
import { lengthInCharacters } from '../../../src/domain/text.js';

describe('the variables of a template', () => {
  const templates: [template: string, variables: string[]][] = [
    ['', []],
    ['no variable, no@@', []],
    ['mail me@example.com', []],
    ['Hi @@First_name, your account', ['First_name']],
    ['Hi @@First_name, your number @@number is now turned @@First_name. -Exotel', ['First_name', 'number']],
    ['@@b@@a@@b', ['b', 'a']],
    ['@@name.', ['name']],
    ['@@@name', ['name']],
    ['@@a-b', ['a']],
    ['@@col1 @@Col1', ['col1', 'Col1']],
    ['नमस्कार @@नाम,', ['नाम']],
    ['அன்பே @@பெயர்!', ['பெயர்']],
  ];
  it.each(templates)('in %j', (template, variables) => {
    expect(variablesOf(template)).toEqual(variables);
  });

  it('are unique and occur in the template after @@', () => {
    const text = fc
      .array(fc.constantFrom('@', '@@', 'a', 'b', '_', ' ', '.', 'न'))
      .map((parts) => parts.join(''));
    fc.assert(
      fc.property(text, (template) => {
        const variables = variablesOf(template);
        expect(new Set(variables).size).toBe(variables.length);
        for (const name of variables) expect(template).toContain(`@@${name}`);
      }),
    );
  });
});

describe('the length of a text', () => {
  it.each([
    ['', 0],
    ['abc', 3],
    ['😀', 1],
    ['नमस्कार', 7],
  ])('of %j is %i characters', (text, length) => {
    expect(lengthInCharacters(text)).toBe(length);
  });
});

it('a template is only examined up to the maximum length', () => {
  const template = '@@a '.repeat(60_000);
  expect(examinedPart(template)).toBe('@@a '.repeat(1000));
  expect(examinedPart('\u{1F600}'.repeat(2000))).toHaveLength(4000);
});
