import { describe, expect, it } from '@jest/globals';
import { campaignFromWire } from '../../../../src/datasources/exotel/mapping/campaign.js';
import { messageFromWire } from '../../../../src/datasources/exotel/mapping/message.js';
import {
  jsonSerializer,
  entryFormat,
  formatOf,
  isCampaign,
  isMessage,
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

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

describe('a serialized entry', () => {
  it('is parsed as the same value', () => {
    const text = jsonSerializer(isObject);
    for (const value of [{ campaign }, { campaign: null }])
      expect(text.parse(text.serialize(value))).toStrictEqual(value);
  });

  it('keeps unreadable rows of a window as the same errors', () => {
    const failure = new UpstreamFailure('invalidResponse', { sid: 'x', requestId: 'r', createdAt: time });
    const window = { offset: 0, limit: 50, total: 3, rows: [message, failure, message], answeredAtMs: 5 };
    const text = windowSerializer(isMessage);
    const again = text.parse(text.serialize(window));
    expect(again).toEqual(window);
    const row = again?.rows[1];
    expect(row).toBeInstanceOf(UpstreamFailure);
    expect(row).toMatchObject({ reason: failure.reason, facts: failure.facts, details: failure.details });
  });

  it.each(['', '{', 'null'])("can't be parsed from %p", (text) => {
    expect(jsonSerializer(isObject).parse(text)).toBeUndefined();
    expect(windowSerializer(isMessage).parse(text)).toBeUndefined();
  });

  it.each([
    ['no rows', { rows: null }],
    ['a row of another kind', { rows: [campaign] }],
    ['a row with an unknown status', { rows: [{ ...message, status: 'LOST' }] }],
    ['a failure for another reason', { rows: [{ failed: 'because', facts: {} }] }],
    ['a negative total', { total: -1 }],
    ['a text as offset', { offset: '0' }],
  ])('of a window is not parsed with %s', (_what, change) => {
    const window = { offset: 0, limit: 50, total: 1, rows: [message], answeredAtMs: 5 };
    const { parse } = windowSerializer(isMessage);
    expect(parse(JSON.stringify(window))).toEqual(window);
    expect(parse(JSON.stringify({ ...window, ...change }))).toBeUndefined();
  });

  it('of a message may lack its name, text and sender', () => {
    const whole = { ...message, name: 'n', body: 'Hi', senderId: 'EXOTEL', scheduledAt: time };
    for (const one of [message, whole, { ...whole, body: null }]) expect(isMessage(one)).toBe(true);
    expect(isMessage({ ...message, number: null })).toBe(false);
  });

  it('has a format that depends on every field, nested ones included', () => {
    expect(entryFormat).toMatch(/^[\w-]{8}$/);
    const { state, ...fewer } = campaign;
    const { total, ...fewerCounts } = campaign.stats;
    const formats = [campaign, fewer, { ...campaign, stats: fewerCounts }, { ...campaign, fee: 1 }].map(
      (each) => formatOf(each),
    );
    expect(new Set(formats).size).toBe(4);
    expect(formatOf({ state, ...fewer, stats: { total, ...fewerCounts } })).toBe(formatOf(campaign));
  });

  it.each([
    ['a field less', (one: Campaign) => ({ ...one, template: undefined })],
    ['a number for a text', (one: Campaign) => ({ ...one, name: 1 })],
    ['a text for a count', (one: Campaign) => ({ ...one, stats: { sent: '1' } })],
    ['an object for an optional text', (one: Campaign) => ({ ...one, state: {} })],
    ['null for a list', (one: Campaign) => ({ ...one, lists: null })],
    ['a list of texts for lists', (one: Campaign) => ({ ...one, lists: ['a'] })],
  ])('is not a campaign with %s', (_what, change) => {
    expect(isCampaign(campaign)).toBe(true);
    for (const scalar of ['prepared', 1.5, true])
      expect(isCampaign({ ...campaign, state: scalar, estimatedCost: 1.5 })).toBe(true);
    expect(isCampaign(change(campaign))).toBe(false);
  });
});
