import { describe, expect, it } from '@jest/globals';
import { campaignFromWire } from '../../../../src/datasources/exotel/mapping/campaign.js';
import { messageFromWire } from '../../../../src/datasources/exotel/mapping/message.js';
import {
  jsonSerializer,
  entryFormat,
  windowSerializer,
} from '../../../../src/datasources/cache/entry-serializer.js';
import { type Campaign } from '../../../../src/schema/campaign.js';
import { type Message } from '../../../../src/schema/message.js';
import { UpstreamFailure } from '../../../../src/domain/upstream-failure.js';

const time = '2026-05-01T10:00:00Z';
const said = {
  sid: 's',
  name: 'नमस्ते "\n',
  status: 'paused',
  sender_id: 'EXOTEL',
  template: 'Hi',
  lists: ['l'],
};
const facts = { accountSid: 'acme', fetchedAt: time };
const campaign = campaignFromWire({ ...said, date_created: time }, facts) as Campaign;
const message = messageFromWire({ sid: 'm', number: '1', status: 'sent' }, 's') as Message;

describe('a serialized entry', () => {
  it('is parsed as the same value', () => {
    const text = jsonSerializer<{ campaign: typeof campaign | null }>();
    for (const value of [{ campaign }, { campaign: null }])
      expect(text.parse(text.serialize(value))).toStrictEqual(value);
  });

  it('keeps unreadable rows of a window as the same errors', () => {
    const failure = new UpstreamFailure('invalidResponse', { sid: 'x', requestId: 'r', createdAt: time });
    const window = { offset: 0, limit: 50, total: 3, rows: [message, failure, message], answeredAtMs: 5 };
    const text = windowSerializer<typeof message>();
    const again = text.parse(text.serialize(window));
    expect(again).toEqual(window);
    const row = again?.rows[1];
    expect(row).toBeInstanceOf(UpstreamFailure);
    expect(row).toMatchObject({ reason: failure.reason, facts: failure.facts, details: failure.details });
  });

  it.each(['', '{', 'null'])("can't be parsed from %p", (text) => {
    expect(jsonSerializer().parse(text) ?? undefined).toBeUndefined();
    expect(windowSerializer().parse(text) ?? undefined).toBeUndefined();
  });

  it('has a format with a version: raise entryFormat if this changes', () => {
    const shape = [campaign, message].map((value) => Object.keys(value).sort().join(' '));
    expect([entryFormat, ...shape]).toEqual([
      1,
      '__typename accountSid availableActions channel contentType createdAt dltEntityId dltTemplateId ' +
        'estimatedCost fetchedAt id lists name reportUrl schedule senderId sid smsStatusCallback smsType state ' +
        'stats status statusCallback template updatedAt upstreamStatus',
      '__typename body campaignSid detailedStatus direction id name number scheduledAt senderId sid status ' +
        'upstreamStatus',
    ]);
  });
});
