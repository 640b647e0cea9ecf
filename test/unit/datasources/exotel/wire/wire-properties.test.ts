import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseJson } from '../../../../../src/domain/json.js';
import { parseResponse } from '../../../../../src/datasources/exotel/attempt.js';
import { campaignFromWire } from '../../../../../src/datasources/exotel/mapping/campaign.js';
import { messageFromWire } from '../../../../../src/datasources/exotel/mapping/message.js';
import { readWindow } from '../../../../../src/datasources/exotel/rows.js';
import { UpstreamFailure } from '../../../../../src/domain/upstream-failure.js';
import { documentedCampaign, documentedMessage } from '../../../../fixtures/documented-answer.js';
import { firstWindow } from '../../../domain/lists/questions.js';

const facts = { accountSid: 'Exotel', fetchedAt: '2026-01-02T03:04:05.678Z' };

function open(text: string, status = 200) {
  return parseResponse({ status, headers: {} }, parseJson(text), 0);
}

/** Rows of a response, parsed as campaigns and as messages. */
function rowsOf(response: unknown, extra: object = {}) {
  const envelope = open(JSON.stringify({ metadata: { total: 1 }, response, ...extra }));
  const campaigns = readWindow(envelope, firstWindow, (row) => campaignFromWire(row, facts));
  const messages = readWindow(envelope, firstWindow, (row) => messageFromWire(row, 'of'));
  return { campaigns: campaigns.rows, messages: messages.rows };
}

const item = (data: unknown) => ({ code: 200, status: 'success', data });
const campaign = item(documentedCampaign());
const message = item(documentedMessage());

/** A valid row in which one key has an arbitrary JSON value. */
function withOneKeySpoilt(data: Record<string, unknown>) {
  return fc
    .tuple(fc.constantFrom(...Object.keys(data)), fc.jsonValue())
    .map(([key, value]) => item({ ...data, [key]: value }));
}

const anyRow = fc.oneof(
  fc.jsonValue(),
  fc.jsonValue().map(item),
  withOneKeySpoilt(documentedCampaign()),
  withOneKeySpoilt(documentedMessage()),
);

const isFailureOr = (typename: string) => (row: object) =>
  row instanceof UpstreamFailure || ('__typename' in row && row.__typename === typename);

describe('for any upstream response', () => {
  it('any JSON value as a row is parsed or fails, and its neighbours stay intact', () => {
    const alone = rowsOf([campaign, message]);
    fc.assert(
      fc.property(anyRow, (row) => {
        const { campaigns, messages } = rowsOf([campaign, row, message]);
        expect(campaigns.every(isFailureOr('Campaign'))).toBe(true);
        expect(messages.every(isFailureOr('Message'))).toBe(true);
        expect([campaigns[0], campaigns[2]]).toEqual(alone.campaigns);
        expect([messages[0], messages[2]]).toEqual(alone.messages);
      }),
    );
  });

  it('every parsed row can be serialized: no NaN, no invalid date, no fractional count', () => {
    fc.assert(
      fc.property(withOneKeySpoilt(documentedCampaign()), (row) => {
        const [read] = rowsOf([row]).campaigns;
        if (read === undefined || read instanceof UpstreamFailure) return;
        expect(JSON.parse(JSON.stringify(read))).toEqual(read);
        expect(Object.values(read.stats).every(Number.isSafeInteger)).toBe(true);
        const moments = [read.createdAt, read.updatedAt, read.schedule.startTime, read.schedule.endTime];
        for (const moment of moments) if (moment != null) expect(new Date(moment).toISOString()).toBe(moment);
      }),
    );
  });

  const opens = (text: string, status: number): void => {
    try {
      expect(Array.isArray(open(text, status).items)).toBe(true);
    } catch (error) {
      expect(error).toBeInstanceOf(UpstreamFailure);
    }
  };
  const anyStatus = fc.oneof(
    fc.constantFrom(200, 207, 400, 404, 429, 503),
    fc.integer({ min: 100, max: 599 }),
  );

  it('any JSON body is parsed or is an UpstreamFailure', () => {
    const known = fc.constantFrom(
      'response',
      'metadata',
      'http_code',
      'request_id',
      'RestException',
      'other',
    );
    const answers = fc.oneof(fc.jsonValue(), fc.dictionary(known, fc.jsonValue()));
    fc.assert(
      fc.property(answers, anyStatus, (answer, status) => {
        opens(JSON.stringify(answer), status);
      }),
    );
  });

  it('any text body is parsed or is an UpstreamFailure', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'binary' }), anyStatus, (text, status) => {
        opens(text, status);
      }),
    );
    opens('['.repeat(200_000), 200);
    opens(`{"response":${'['.repeat(2_000)}${']'.repeat(2_000)}}`, 200);
  });

  it('unknown keys never change the result', () => {
    const extras = fc.dictionary(
      fc.string().map((key) => `x-${key}`),
      fc.jsonValue(),
    );
    const expected = rowsOf([campaign, message]);
    fc.assert(
      fc.property(extras, (extra) => {
        const { schedule, stats, ...rest } = documentedCampaign();
        const fat = {
          ...rest,
          ...extra,
          schedule: { ...(schedule as object), ...extra },
          stats: { ...(stats as object), ...extra },
        };
        const rows = [
          { ...item(fat), ...extra },
          { ...message, ...extra },
        ];
        expect(rowsOf(rows, extra)).toEqual(expected);
      }),
    );
  });
});
