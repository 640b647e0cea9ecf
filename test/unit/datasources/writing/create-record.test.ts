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
  campaign: null,
};

it('a record is read as it was written', () => {
  expect(recordFromText(recordToText(record))).toEqual(record);
});

it('a record of the version before is read, and proves the less', () => {
  const unknown = { settledByMs: undefined, isEnded: undefined, marks: undefined };
  const old = JSON.stringify({ ...record, ...unknown, sealedAtMs: record.settledByMs });
  expect(recordFromText(old)).toEqual({ ...record, isEnded: false, marks: [] });
});

it('a record that says something else is none', () => {
  expect(recordFromText('{"fingerprint":"print"}')).toBeUndefined();
});
