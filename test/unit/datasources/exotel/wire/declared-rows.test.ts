import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type z } from 'zod';
import { readCampaign } from '../../../../../src/datasources/exotel/wire/campaign.js';
import { readMessage } from '../../../../../src/datasources/exotel/wire/message.js';
import {
  documentedAnswer,
  documentedCampaign,
  documentedMessage,
} from '../../../../fixtures/documented-answer.js';
import { declaredCampaign, declaredMessage } from '../declared-rows.js';

const two = (least: number, most: number) =>
  fc.integer({ min: least, max: most }).map((number) => String(number).padStart(2, '0'));

/** Moments and what nearly is one: days and months that do not exist, both cases, every kind of offset. */
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

/** A row with a few of its keys spoilt or gone. */
function spoilt(row: Record<string, unknown>) {
  const keys = fc.constantFrom(...Object.keys(row));
  const changes = fc.dictionary(keys, fc.option(oddValue, { nil: undefined }), { maxKeys: 3 });
  return changes.map((change) => JSON.parse(JSON.stringify({ ...row, ...change })) as unknown);
}

const [listed] = documentedAnswer('list').response;
/** How a kind of row is read, and what it ought to be. */
interface Ways {
  readonly read: (row: unknown) => unknown;
  readonly declared: z.ZodType;
}
const ofCampaign: Ways = { read: readCampaign, declared: declaredCampaign };
const ofMessage: Ways = { read: readMessage, declared: declaredMessage };
const kinds: [kind: string, rows: fc.Arbitrary<unknown>, ways: Ways][] = [
  ['campaign', spoilt(documentedCampaign({ dlt_entity_id: '12', id: 7 })), ofCampaign],
  ['campaign in a list', spoilt({ ...listed?.data, expiry_time: null }), ofCampaign],
  ['message', spoilt(documentedMessage({ body: 'hello' })), ofMessage],
];

/** Null and missing say the same to the mapping. */
const said = (data: unknown) => ({ schedule: null, stats: null, ...withoutUndefined(data) });
function withoutUndefined(data: unknown): object {
  return (data === undefined ? {} : JSON.parse(JSON.stringify(data))) as object;
}

describe('a row is read as its declaration says, however spoilt it is', () => {
  it.each(kinds)('%s', (_kind, rows, { read, declared }) => {
    fc.assert(
      fc.property(rows, (row) => {
        const ought = declared.safeParse(row);
        const is = read(row);
        expect(is !== undefined).toBe(ought.success);
        expect(said(is)).toEqual(said(ought.data));
      }),
      { numRuns: 1000 },
    );
  });

  it('and most of what is spoilt is read all the same', () => {
    const samples = fc.sample(spoilt(documentedCampaign()), 200);
    const read = samples.filter((row) => readCampaign(row) !== undefined);
    expect(read.length).toBeGreaterThan(50);
  });
});
