import { expect, it } from '@jest/globals';
import { recordFromText, recordToText } from '../../../../src/datasources/writing/create.js';

const record = {
  fingerprint: 'print',
  name: 'Big Sale',
  claimedAtMs: 1,
  owner: null,
  beat: 3,
  sentAtMs: 2,
  settledByMs: 40,
  isEnded: true,
  marks: ['mark'],
  suspects: ['suspect'],
  campaign: null,
};

it('a record is read as it was written', () => {
  expect(recordFromText(recordToText(record))).toEqual(record);
});

it('a record of the version before is read, and proves the less', () => {
  const unknown = { settledByMs: undefined, isEnded: undefined, marks: undefined, suspects: undefined };
  const old = JSON.stringify({ ...record, ...unknown, sealedAtMs: record.settledByMs });
  expect(recordFromText(old)).toEqual({ ...record, isEnded: false, marks: [], suspects: [] });
});

const odd = [
  '',
  'null',
  '5',
  '"text"',
  '[]',
  '{',
  'no JSON',
  '{"fingerprint":"print"}',
  '{"sealedAtMs":null}',
];
it.each([
  ...odd,
  JSON.stringify({ ...record, sentAtMs: 'soon' }),
  JSON.stringify({ ...record, campaign: 'sid' }),
  JSON.stringify({ ...record, campaign: { sid: 'sid' } }),
])('a text that says something else is no record: %s', (text) => {
  expect(recordFromText(text)).toBeUndefined();
});
