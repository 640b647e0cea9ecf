import { expect, it } from '@jest/globals';
import { parseValue } from 'graphql';
import { DateTime } from '../../../src/schema/scalars.js';

it.each([
  ['2027-01-01T10:00:00Z', '2027-01-01T10:00:00.000Z'],
  ['2027-01-01T10:00:00.5+05:30', '2027-01-01T04:30:00.500Z'],
])('DateTime takes %s, in variables and literals', (text, time) => {
  expect(DateTime.parseValue(text)).toEqual(new Date(time));
  expect(DateTime.parseLiteral(parseValue(`"${text}"`))).toEqual(new Date(time));
});

it.each([
  ['of a datetime-local field', '2027-01-01T10:00'],
  ['without a zone', '2027-01-01T10:00:00'],
  ['without a time', '2027-01-01'],
  ['of a day that does not exist', '2027-02-30T10:00:00Z'],
  ['in milliseconds', 1_798_797_600_000],
])('DateTime refuses a value %s, and says what it takes', (_what, value) => {
  const message = 'A DateTime must be RFC 3339 with a zone, such as 2027-01-01T10:00:00Z.';
  expect(() => DateTime.parseValue(value)).toThrow(message);
  expect(() => DateTime.parseLiteral(parseValue(JSON.stringify(value)))).toThrow(message);
});
