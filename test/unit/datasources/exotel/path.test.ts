import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type ExotelClient } from '../../../../src/datasources/exotel/client.js';
import { InputError } from '../../../../src/domain/errors.js';
import { anyMessage, firstWindow } from '../../domain/lists/questions.js';
import { rejectionOf, ScriptedUpstream } from './scripted-upstream.js';
import { runsOf } from '../../../support/property-runs.js';

let upstream: ScriptedUpstream;
let client: ExotelClient;
beforeAll(async () => {
  upstream = await ScriptedUpstream.start();
  upstream.answers('{}', 500);
  client = upstream.client();
});
afterAll(async () => {
  await upstream.stop();
});

const requests = {
  getCampaign: (sid: string) => client.getCampaign(sid),
  listMessages: (sid: string) => client.listMessages(sid, anyMessage, firstWindow),
  updateCampaign: (sid: string) => client.updateCampaign(sid, { name: 'Other' }),
  actOnCampaign: (sid: string) => client.actOnCampaign(sid, 'PAUSE'),
};
type Request = keyof typeof requests;
const names = Object.keys(requests) as Request[];

const target = /^\/v2\/accounts\/Exotel\/message-campaigns\/([^/?#]+)(\/message-details)?$/;

/** Checks that the sid is in its own path segment, or that no request was sent; returns which. */
async function isContained(sid: string, request: Request): Promise<'sent' | 'refused'> {
  const before = upstream.requests.length;
  const error = await rejectionOf(requests[request](sid));
  if (upstream.requests.length === before) {
    expect(error).toBeInstanceOf(InputError);
    expect(error).toMatchObject({ code: 'BAD_USER_INPUT', details: { argument: 'sid' } });
    expect((error as InputError).message).toContain('"sid"');
    return 'refused';
  }
  expect(upstream.requests.length).toBe(before + 1);
  const [path = '', query] = (upstream.requests.at(-1)?.target ?? '').split('?');
  const [, segment = '', details] = target.exec(path) ?? [];
  expect(decodeURIComponent(segment)).toBe(sid.toWellFormed());
  expect([details !== undefined, query]).toEqual(
    request === 'listMessages' ? [true, 'channel=sms&offset=0&limit=50'] : [false, undefined],
  );
  expect(new URL(path, 'http://upstream').pathname).toBe(path);
  return 'sent';
}

const sids: [title: string, sid: string, outcome: 'sent' | 'refused'][] = [
  ['of 32 hex digits', 'af7826e2c40b40faa53d1a1653905879', 'sent'],
  ['of 36 characters', '909d2a2ba53ce07f3784668b938eb44914bo', 'sent'],
  ['empty', '', 'refused'],
  ['of blanks', '   ', 'refused'],
  ['of a line feed', '\n', 'refused'],
  ['a dot', '.', 'refused'],
  ['two dots', '..', 'refused'],
  ['three dots', '...', 'sent'],
  ['dots and a blank', '.. ', 'refused'],
  ['encoded dots', '%2e%2e', 'refused'],
  ['half encoded dots', '.%2e', 'refused'],
  ['with a slash', 'a/b', 'refused'],
  ['upwards', '../../x', 'refused'],
  ['an encoded slash', 'a%2Fb', 'refused'],
  ['with a question mark', 'a?b=c', 'refused'],
  ['with a hash', 'a#b', 'refused'],
  ['with a semicolon', 'a;b=c', 'refused'],
  ['of another host', '//evil', 'refused'],
  ['a whole URL', 'https://evil.example/', 'refused'],
  ['with backslashes', '..\\..\\x', 'refused'],
  ['with a new request in it', 'a HTTP/1.1\r\nHost: evil\r\n\r\nGET /', 'refused'],
  ['with a NUL', 'a\0b', 'refused'],
  ['an emoji', '😀', 'sent'],
  ['half an emoji', 'a\ud83d', 'refused'],
  ['of 128 characters', 'a'.repeat(128), 'sent'],
  ['of 129 characters', 'a'.repeat(129), 'refused'],
  ['of 10,000 characters', 'a'.repeat(10_000), 'refused'],
];

describe('a sid stays within its path segment', () => {
  describe.each(names)('%s', (request) => {
    it.each(sids)('%s', async (_title, sid, outcome) => {
      expect(await isContained(sid, request)).toBe(outcome);
    });
  });

  it('for any sid', async () => {
    const pieces = fc.constantFrom('.', '..', '/', '\\', '%', '2e', '?', '#', '@', ':', ' ', '\t', 'a');
    const anySid = fc.oneof(fc.string({ unit: 'binary' }), fc.string(), fc.string({ unit: pieces }));
    await fc.assert(
      fc.asyncProperty(anySid, fc.constantFrom(...names), async (sid, request) => {
        await isContained(sid, request);
      }),
      { numRuns: runsOf(100) },
    );
  });
});
