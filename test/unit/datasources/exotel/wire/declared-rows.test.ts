import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type z } from 'zod';
import { campaignFromWire } from '../../../../../src/datasources/exotel/mapping/campaign.js';
import { messageFromWire } from '../../../../../src/datasources/exotel/mapping/message.js';
import {
  documentedAnswer,
  documentedCampaign,
  documentedMessage,
} from '../../../../fixtures/documented-answer.js';
import { declaredCampaign, declaredMessage } from './declared-rows.js';
import { runsOf } from '../../../../support/property-runs.js';

const two = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((number) => String(number).padStart(2, '0'));

/** Times and near misses: days and months that do not exist, both cases, every kind of offset. */
const nearlyMoment = fc
  .tuple(
    fc.constantFrom('0000', '0001', '1999', '2000', '2023', '2024', '9999'),
    two(0, 13),
    two(0, 32),
    fc.constantFrom('T', 't', ' '),
    two(0, 25),
    two(0, 60),
    fc.constantFrom('', '.5', '.123456789'),
    fc.constantFrom('Z', 'z', '+05:30', '+0530', '-12:00', '+25:00', ''),
  )
  .map(
    ([year, month, day, t, hour, minute, fraction, offset]) =>
      `${year}-${month}-${day}${t}${hour}:${minute}:00${fraction}${offset}`,
  );

const oddValue = fc.oneof(
  fc.jsonValue(),
  nearlyMoment,
  fc.constantFrom<unknown>(
    '',
    'null',
    'x'.repeat(129),
    'a\ud800',
    0,
    -1,
    1.5,
    2 ** 60,
    '007',
    '0x10',
    '3 rupees',
    [null],
    ['a', 1],
    [['a']],
    {},
  ),
  fc.dictionary(fc.constantFrom('start_time', 'end_time', 'expiry_time', 'sent'), nearlyMoment),
);

/** A row with some keys malformed or missing. */
function spoilt(row: Record<string, unknown>) {
  const keys = fc.constantFrom(...Object.keys(row));
  const changes = fc.dictionary(keys, fc.option(oddValue, { nil: undefined }), { maxKeys: 3 });
  return changes.map((change) => JSON.parse(JSON.stringify({ ...row, ...change })) as unknown);
}

const [listed] = documentedAnswer('list').response;
/** The parser of a kind of row, and its declaration. */
interface Readers {
  readonly read: (row: unknown) => object | undefined;
  readonly declared: z.ZodType<object>;
}
const facts = { accountSid: 'requested', fetchedAt: '2026-01-02T03:04:05.678Z' };
const campaigns: Readers = { read: (row) => campaignFromWire(row, facts), declared: declaredCampaign };
const messages: Readers = { read: (row) => messageFromWire(row, 'campaign'), declared: declaredMessage };
const kinds: [kind: string, rows: fc.Arbitrary<unknown>, readers: Readers][] = [
  ['campaign', spoilt(documentedCampaign({ dlt_entity_id: '12', id: 7 })), campaigns],
  ['campaign in a list', spoilt({ ...listed?.data, expiry_time: null }), campaigns],
  ['message', spoilt(documentedMessage({ body: 'hello' })), messages],
];

describe('a malformed row is parsed as declared', () => {
  it.each(kinds)('%s', (_kind, rows, { read, declared }) => {
    fc.assert(
      fc.property(rows, (row) => {
        const expected = declared.safeParse(row);
        const actual = read(row);
        expect(actual !== undefined).toBe(expected.success);
        if (expected.success) expect(actual).toMatchObject(expected.data);
      }),
      { numRuns: runsOf(300) },
    );
  });

  it('most malformed rows are parsed', () => {
    const samples = fc.sample(spoilt(documentedCampaign()), 200);
    const read = samples.filter((row) => campaignFromWire(row, facts) !== undefined);
    expect(read.length).toBeGreaterThan(50);
  });
});
