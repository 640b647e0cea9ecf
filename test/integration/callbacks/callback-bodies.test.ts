import { beforeEach, describe, expect, it } from '@jest/globals';
import {
  callbackSettings,
  type CampaignWithCallbacks,
  createWithCallbacks,
  subscribeToMessages,
  messageCallback,
  postBytes,
} from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';

let gateway: GatewayUnderTest;
let one: CampaignWithCallbacks;

beforeEach(async () => {
  const at = Date.now(); // nothing happens at the upstream but what the test does
  ({ gateway } = await setup({ sandbox: { clock: () => at }, gateway: { environment: callbackSettings } }));
  one = await createWithCallbacks(gateway);
});

const json = { 'content-type': 'application/json' };
const form = { 'content-type': 'application/x-www-form-urlencoded' };
const says = (changes: Readonly<Record<string, unknown>> = {}) =>
  JSON.stringify({ ...messageCallback(one.sid, 'm1', 'sent'), ...changes });

/** UTF-16, big end first. */
function bigEndian(text: string): Buffer {
  return Buffer.from(text, 'utf16le').swap16();
}

/** @param headers of the part of a field. */
const multipart = (
  fields: Readonly<Record<string, string | null>>,
  headers = (name: string) => `content-disposition: form-data; name="${name}"`,
  boundary = 'b',
) =>
  Object.entries(fields)
    .map(([name, value]) => `--${boundary}\r\n${headers(name)}\r\n\r\n${value ?? ''}\r\n`)
    .join('') + `--${boundary}--\r\n`;

describe('a message callback is accepted and published once, with the body', () => {
  const ways: [way: string, body: () => string | Buffer, headers: Readonly<Record<string, string>>][] = [
    ['with a byte-order mark', () => `\ufeff${says()}`, json],
    ['with two, and blanks', () => `\ufeff \ufeff\n${says()}\n`, json],
    ['as a form with a byte-order mark', () => `\ufeff${new URLSearchParams(fields()).toString()}`, form],
    ['in UTF-16 with a mark', () => Buffer.from(`\ufeff${says()}`, 'utf16le'), json],
    ['in UTF-16, big end first', () => bigEndian(`\ufeff${says()}`), json],
    [
      'in a charset by its name',
      () => Buffer.from(says(), 'utf16le'),
      { 'content-type': 'application/json; charset="UTF-16LE"' },
    ],
    [
      'in Latin-1',
      () => Buffer.from(says({ name: 'é' }), 'latin1'),
      { 'content-type': 'text/json;charset=iso-8859-1' },
    ],
    ['in a charset that nobody knows', () => says(), { 'content-type': 'application/json; charset=klingon' }],
    [
      'with bytes elsewhere that are no UTF-8',
      () =>
        Buffer.concat([
          Buffer.from(`{"x":"`),
          Buffer.from([0xff, 0xc3]),
          Buffer.from(`",${says().slice(1)}`),
        ]),
      json,
    ],
    ['without a content type', () => says(), {}],
    ['with an invalid content type', () => says(), { 'content-type': 'json' }],
    ['with two content types', () => says(), { 'content-type': 'application/json, text/plain' }],
    ['as XML, says the header', () => says(), { 'content-type': 'application/xml' }],
    ['as a multipart form', () => multipart(fields()), { 'content-type': 'multipart/form-data; boundary=b' }],
    ...(
      [
        ['with names as tokens', (name) => `Content-Disposition: form-data; name=${name}`],
        ['with tokens before a parameter', (name) => `Content-Disposition: form-data;name=${name}; x=1`],
        [
          'with a token here, a string there',
          (name) => `Content-Disposition: form-data; name=${name === 'status' ? name : `"${name}"`}`,
        ],
        ['with folded headers', (name) => `Content-Disposition: form-data;\r\n\tname=${name}`],
        [
          'with another header before it',
          (name) => `Content-Type: text/plain; name=x\r\nContent-Disposition: form-data; name=${name}`,
        ],
        ['with a file name', (name) => `Content-Disposition: form-data; filename=x; name=${name}`],
      ] satisfies [string, (name: string) => string][]
    ).map(([way, headers]): (typeof ways)[number] => [
      `as a multipart form ${way}`,
      () => multipart(fields(), headers),
      { 'content-type': 'multipart/form-data; boundary=b' },
    ]),
    [
      'as a multipart form with a quoted boundary that has a space',
      () => multipart(fields(), undefined, 'a b'),
      { 'content-type': 'multipart/form-data; boundary="a b"' },
    ],
    [
      'with a field twice that says the same',
      () => `${new URLSearchParams(fields()).toString()}&status=sent`,
      form,
    ],
    [
      'with a field twice that nobody reads',
      () => `${new URLSearchParams(fields()).toString()}&x=1&x=2`,
      form,
    ],
    ['with a key twice: the later', () => says().replace('{', '{"status":"failed",'), json],
    [
      'with keys of prototypes',
      () => says().replace('{', '{"__proto__":{"status":"failed"},"constructor":1,'),
      json,
    ],
    [
      'as newer guides have it',
      () =>
        JSON.stringify({
          SmsSid: 'm1',
          To: '+919876543210',
          Status: 'sent',
          DeliveredAt: '2026-05-01 15:30:00',
          ErrorCode: '0',
          CampaignSid: one.sid,
        }),
      json,
    ],
    [
      'as a form in that spelling',
      () =>
        new URLSearchParams({
          SmsSid: 'm1',
          To: '+919876543210',
          Status: 'sent',
          CampaignSid: one.sid,
        }).toString(),
      form,
    ],
    ['in both spellings: the document comes first', () => says({ Status: 'failed', SmsSid: 'other' }), json],
    [
      'in camel case',
      () => JSON.stringify({ campaignSid: one.sid, smsSid: 'm1', number: '1', status: 'sent' }),
      json,
    ],
  ];
  const fields = () => messageCallback(one.sid, 'm1', 'sent') as Record<string, string>;

  it.each(ways)('%s', async (_way, body, headers) => {
    const subscriber = await subscribeToMessages(gateway, 'ws', one.sid);
    expect([
      await postBytes(one.messageUrl, body(), headers),
      await postBytes(one.messageUrl, body(), headers),
    ]).toEqual([200, 200]);
    await postBytes(one.messageUrl, JSON.stringify(messageCallback(one.sid, 'last', 'sent')), json);
    await subscriber.next(2);
    expect(subscriber.summaries()).toEqual(['m1 SENT sent', 'last SENT sent']);
  });
});

describe('a message callback is refused with 400', () => {
  it.each<[way: string, body: () => string, headers: Readonly<Record<string, string>>]>([
    ['that is empty', () => '', json],
    ['of blanks', () => ' \n', json],
    ['in a list', () => `[${says()}]`, json],
    ['of nested lists', () => `{"a":${'['.repeat(7000)}${']'.repeat(7000)},${says().slice(1)}`, json],
    ['of lists without an end', () => '['.repeat(16_000), json],
    [
      'that says two statuses',
      () =>
        `${new URLSearchParams(messageCallback(one.sid, 'm1', 'sent') as Record<string, string>).toString()}&status=failed`,
      form,
    ],
    ['of a message with a long sid', () => says({ sms_sid: 'x'.repeat(129) }), json],
    ['of a campaign with a long sid', () => says({ campaign_sid: 'x'.repeat(129) }), json],
    ['of a campaign whose sid is half of a surrogate pair', () => says({ campaign_sid: '\ud800' }), json],
    ['to a long number', () => says({ number: '9'.repeat(65) }), json],
    ['with a long status', () => says({ status: 's'.repeat(65) }), json],
    ['with an invalid status', () => says({ status: 7 }), json],
    [
      'of a multipart form without parts',
      () => '--b--',
      { 'content-type': 'multipart/form-data; boundary=b' },
    ],
  ])('%s', async (_way, body, headers) => {
    const subscriber = await subscribeToMessages(gateway, 'ws', one.sid);
    expect(await postBytes(one.messageUrl, body(), headers)).toBe(400);
    await postBytes(one.messageUrl, JSON.stringify(messageCallback(one.sid, 'last', 'sent')), json);
    await subscriber.next(1);
    expect(subscriber.summaries()).toEqual(['last SENT sent']);
  });
});
