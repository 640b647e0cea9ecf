import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { documentedMessage } from '../../../../fixtures/documented-answer.js';
import { anyMessage, firstWindow } from '../../../domain/lists/questions.js';
import { ScriptedUpstream } from '../scripted-upstream.js';

let upstream: ScriptedUpstream;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
});
afterAll(async () => {
  await upstream.stop();
});

const missing = undefined;

/** The first row of the upstream's response to a message read. */
async function readMessage(changes: Record<string, unknown>): Promise<unknown> {
  upstream.answersItem(documentedMessage(changes));
  const { rows } = await upstream.client().listMessages('campaign', anyMessage, firstWindow);
  return rows[0];
}

const traps: [trap: string, wire: Record<string, unknown>, seen: Record<string, unknown>][] = [
  ['the text as message', { message: 'Hi', body: missing }, { body: 'Hi' }],
  ['the text as body', { message: missing, body: 'Hi' }, { body: 'Hi' }],
  ['no text', { message: missing, body: missing }, { body: null }],
  ['a masked number', { number: 'XXXXXXXXXX' }, { number: 'XXXXXXXXXX' }],
  ['a number as a number', { number: 919876543210 }, { number: '919876543210' }],
  ['no name', { name: missing }, { name: null }],
  ['an empty name', { name: '' }, { name: null }],
  [
    'Failed_Expired of callbacks',
    { status: 'Failed_Expired' },
    { status: 'FAILED_EXPIRED', upstreamStatus: 'Failed_Expired' },
  ],
  [
    'failed_dnd of messages',
    { status: 'failed_dnd' },
    { status: 'FAILED_DND', upstreamStatus: 'failed_dnd' },
  ],
  ['failed-dnd of stats', { status: 'failed-dnd' }, { status: 'FAILED_DND', upstreamStatus: 'failed-dnd' }],
  ['failed-no-attempt', { status: 'failed-no-attempt' }, { status: 'FAILED_NO_ATTEMPT' }],
  ['an unknown status', { status: 'lost at sea' }, { status: 'UNKNOWN', upstreamStatus: 'lost at sea' }],
  ['an unknown error detail', { detailed_status: 'FAILED_NEW' }, { detailedStatus: 'FAILED_NEW' }],
  ['no error detail', { detailed_status: missing }, { detailedStatus: null }],
  [
    'no direction and no sender',
    { direction: missing, sender_id: null },
    { direction: null, senderId: null },
  ],
  [
    'a time with an offset',
    { schedule_time: '2022-08-10T23:12:00+05:30' },
    { scheduledAt: '2022-08-10T17:42:00.000Z' },
  ],
  ['an invalid time', { schedule_time: '0000-00-00 00:00:00' }, { scheduledAt: null }],
  ['no time', { schedule_time: missing }, { scheduledAt: null }],
  [
    'a sid ending in bf',
    { sid: '34d67d290cb761c0606b7fe9590015bf' },
    { id: '34d67d290cb761c0606b7fe9590015bf' },
  ],
  ['an unknown key', { parts: 3 }, { status: 'SENT' }],
];

describe('a message row', () => {
  it.each(traps)('is parsed with %s', async (_trap, wire, seen) => {
    expect(await readMessage(wire)).toMatchObject({ campaignSid: 'campaign', ...seen });
  });

  it.each(['sid', 'number', 'status'])('without its %s is an invalid row', async (key) => {
    expect(await readMessage({ [key]: missing })).toMatchObject({ reason: 'invalidResponse' });
  });
});
