import { describe, expect, it } from '@jest/globals';
import { type PeerMessage, parseMessage, serializeMessage } from '../../../src/live/peer-messages.js';
import { campaign } from '../schema/campaigns.js';

const messages: readonly PeerMessage[] = [
  { kind: 'seen', changed: [{ campaign, order: 2 }], same: [{ sid: 'b', order: 3, since: 1 }] },
  { kind: 'wrote', sid: 'a', order: 1 },
  { kind: 'wrote', sid: null, order: 1 },
  { kind: 'callback', webhook: 'message', token: 'x', body: { status: 'sent' } },
  { kind: 'polled' },
  { kind: 'missed' },
];

describe('a peer message', () => {
  it.each(messages.map((message) => [message.kind, message] as const))(
    '%s is decoded as it was encoded',
    (_kind, message) => {
      expect(parseMessage(serializeMessage(message))).toEqual(message);
    },
  );

  it.each([2, 0, 99])('of version %i is ignored without an error', (version) => {
    expect(parseMessage(JSON.stringify({ version, kind: 'polled' }))).toBe('other version');
  });

  it.each([
    ['nothing', ''],
    ['not JSON', '{'],
    ['null', 'null'],
    ['without a version', '{"kind":"polled"}'],
    ['of an unknown kind', '{"version":1,"kind":"sung"}'],
    ['a write without its version', '{"version":1,"kind":"wrote","sid":"a"}'],
    ['a version that is not a number', '{"version":1,"kind":"wrote","sid":"a","order":"1"}'],
    [
      'a campaign with a missing field',
      serializeMessage(messages[0] as PeerMessage).replace('"template"', '"text"'),
    ],
    ['an unknown status', serializeMessage(messages[0] as PeerMessage).replace('"SCHEDULED"', '"DREAMING"')],
  ])('is malformed if it is %s', (_what, text) => {
    expect(parseMessage(text)).toBe('malformed');
  });
});
