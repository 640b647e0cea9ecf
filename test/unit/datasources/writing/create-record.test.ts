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

it('a create record is parsed as it was written', () => {
  expect(recordFromText(recordToText(record))).toEqual(record);
});

it('a create record of the previous version is parsed, with less evidence', () => {
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
])('a malformed create record is refused: %s', (text) => {
  expect(recordFromText(text)).toBeUndefined();
});
