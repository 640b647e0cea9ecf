import { describe, expect, it } from '@jest/globals';
import { type SeenRequest } from '../../../support/upstream/scripted-upstream.js';
import {
  answerOf,
  create,
  createAll,
  diwali,
  inputs,
  ofPosts,
  posts as postsTo,
  rowOf,
  sidsOf,
} from '../../../support/writing/creating.js';
import { setup, startScripted, type ScriptedUnderTest } from '../../../support/gateway/setup.js';

/** A name that some layers cut. */
const longName = `Diwali ${'offer '.repeat(50)}`.trim();
const minute = 60_000;
const at = (aheadMs: number): string => new Date(Date.now() + aheadMs).toISOString();

/** UTF-8 that is read as Latin-1. */
const misread = (text: string): string => Buffer.from(text).toString('latin1');

type Kept = Readonly<Record<string, unknown>>;

/**
 * An upstream that takes every POST, loses its answer and keeps the campaign otherwise than it was sent. Its search is to the
 * letter, so what was rewritten is found by what was not.
 */
async function startRewriting(kept: (said: Record<string, unknown>) => Kept): Promise<ScriptedUnderTest> {
  const rows: Record<string, unknown>[] = [];
  return startScripted((request: SeenRequest, response) => {
    if (request.method !== 'POST') {
      const search = new URLSearchParams(request.target.split('?')[1]).get('name') ?? '';
      return answerOf(rows.filter(({ name }) => String(name).includes(search)));
    }
    const said = JSON.parse(request.body) as Record<string, unknown>;
    rows.push({ ...rowOf(request, kept(said)), sid: `campaign ${rows.length}` });
    response.destroy();
    return undefined;
  });
}

const posts = ({ methods }: ScriptedUnderTest): number =>
  methods().filter((method) => method === 'POST').length;

/** Expects that a create whose row differs so stays unknown, also when it is repeated. */
async function staysUnknown(_what: string, sent: object, kept: Kept): Promise<void> {
  const upstream = await startRewriting(() => kept);
  for (let repeats = 0; repeats < 2; repeats += 1) {
    const received = await create(upstream.gateway, { ...diwali, ...sent, idempotencyKey: 'once' });
    expect(received.codes).toEqual(['OUTCOME_UNKNOWN']);
  }
  expect(posts(upstream)).toBe(1);
}

describe('a lost create whose name the upstream rewrites', () => {
  it.each<[what: string, sent: string, kept: string]>([
    ['the same, of two spaces', 'Big  Sale', 'Big  Sale'],
    ['the same, of a tab', 'Big\tSale', 'Big\tSale'],
    ['two spaces as one', 'Big  Sale', 'Big Sale'],
    ['a tab as a space', 'Big\tSale', 'Big Sale'],
    ['no-break and zero-width spaces', 'Big\u00a0\u200bSale\u2003now', 'Big Sale now'],
    ['spaces around it dropped', '  Big Sale ', 'Big Sale'],
    ['composed letters', 'Cafe\u0301 offer', 'Café offer'],
    ['letters without their accents', 'Café offer', 'Cafe offer'],
    ['escaped for HTML', 'Ben & Jerry', 'Ben &amp; Jerry'],
    ['escaped twice', 'Ben & "Jerry"', 'Ben &amp;amp; &amp;#34;Jerry&amp;#34;'],
    ['escaped by PHP', "Café 'Ben'", 'Caf&eacute; &#039;Ben&#039;'],
    ['escaped for a URL', 'Ben & Jerry', 'Ben%20%26%20Jerry'],
    ['every letter escaped', 'नमस्ते offer', '&#2344;&#2350;&#2360;&#2381;&#2340;&#2375; offer'],
    ['escaped as in JSON', 'नम offer', '\\u0928\\u092e offer'],
    ['unescaped', 'Ben &amp; Jerry', 'Ben & Jerry'],
    ['spaces as _', 'Diwali big offer', 'Diwali_big_offer'],
    ['spaces as +', 'Diwali big offer', 'Diwali+big+offer'],
    ['spaces dropped', 'Diwali big offer', 'Diwalibigoffer'],
    ['in capitals', 'Diwali straße offer', 'DIWALI STRASSE OFFER'],
    ['in small letters', 'DIWALI Offer', 'diwali offer'],
    ['question marks for what is not ASCII', 'दिवाली offer 🎉', '?????? offer ?'],
    ['without what is not ASCII', 'दिवाली offer 🎉', 'offer'],
    ['without its emoji', 'Diwali ❤️ offer', 'Diwali  offer'],
    ['without punctuation', 'Diwali (offer): 50%!', 'Diwali offer 50'],
    ['without symbols', 'Offer № 1™ ½', 'Offer  1 ½'],
    ['UTF-8 read as Latin-1', 'Café “offer”', misread('Café “offer”')],
    ['UTF-8 read as Windows-1252', 'Café “offer”', 'CafÃ© â€œofferâ€\u009d'],
    ['cut to 50 characters', longName, longName.slice(0, 50)],
    ['cut to 255 characters', longName, longName.slice(0, 255)],
    ['cut, in capitals, with _', longName, longName.toUpperCase().replaceAll(' ', '_').slice(0, 100)],
    ['cut in the middle of an escape', `Ben, Jerry, Tom, Ann & ${longName}`, 'Ben, Jerry, Tom, Ann &am'],
  ])('%s: found, with one POST', async (_what, sent, kept) => {
    const upstream = await startRewriting(() => ({ name: kept }));
    const received = await create(upstream.gateway, { ...diwali, name: sent, idempotencyKey: 'once' });
    expect(received).toMatchObject({ sid: 'campaign 0', codes: [] });
    expect(await create(upstream.gateway, { ...diwali, name: sent, idempotencyKey: 'once' })).toEqual(
      received,
    );
    expect(posts(upstream)).toBe(1);
  });

  it.each<[what: string, sent: string | null, kept: string]>([
    ['something else altogether', 'Diwali offer', 'Campaign 17'],
    ['nothing', 'Diwali offer', ''],
    ['question marks alone', 'दिवाली', '??????'],
    ['with more after it', 'Diwali offer', 'Diwali offer (copy)'],
    ['cut to three characters', 'Diwali offer', 'Diw'],
    ['no name of the caller, cut to three characters', null, 'acm'],
  ])('%s: OUTCOME_UNKNOWN, and no repeat of the key sends it again', async (_what, sent, kept) => {
    const upstream = await startRewriting(() => ({ name: kept }));
    for (let repeats = 0; repeats < 4; repeats += 1) {
      const received = await create(upstream.gateway, { ...diwali, name: sent, idempotencyKey: 'once' });
      expect(received.codes).toEqual(['OUTCOME_UNKNOWN']);
    }
    expect(posts(upstream)).toBe(1);
  });
});

describe('a lost create of which the upstream changes another property', () => {
  const schedule = { startTime: at(24 * 60 * minute), endTime: at(48 * 60 * minute) };
  it.each<[what: string, sent: object, kept: Kept]>([
    [
      'a slash after an address',
      { statusCallback: 'https://x.example' },
      { status_callback: 'https://x.example/' },
    ],
    ['ids without their zeros', { dltEntityId: '0012' }, { dlt_entity_id: '12' }],
    ['a text escaped for HTML', { template: 'Buy & save' }, { template: 'Buy &amp; save' }],
    ['a text escaped for JSON', { template: 'Say "yes"\nnow' }, { template: 'Say \\"yes\\"\\nnow' }],
    [
      'name and text, UTF-8 read as Latin-1',
      { name: 'Café offer', template: 'Héllo 🎉' },
      { name: misread('Café offer'), template: misread('Héllo 🎉') },
    ],
    ['no schedule, and sets one', {}, { schedule: { start_time: at(11 * minute), end_time: null } }],
    ['another text altogether, and no name of the caller', { name: null }, { template: 'Rewritten' }],
    [
      'no name of the caller, in capitals and another text',
      { name: null },
      { template: 'Rewritten', isUpper: true },
    ],
    ...[-5, -3, -2, 3, 5].map(
      (minutes) =>
        [
          `the time, by a clock that is ${minutes} minutes ahead`,
          {},
          { date_created: at(minutes * minute) },
        ] as [string, object, Kept],
    ),
  ])('%s: found, with one POST', async (_what, sent, { isUpper, ...kept }) => {
    const upstream = await startRewriting(({ name }) => ({
      ...kept,
      ...(isUpper === true && { name: String(name).toUpperCase() }),
    }));
    const received = await create(upstream.gateway, { ...diwali, ...sent });
    expect(received).toMatchObject({ sid: 'campaign 0', codes: [] });
    expect(posts(upstream)).toBe(1);
  });

  it.each<[what: string, sent: object, kept: Kept]>([
    ['a question mark for an emoji', { template: 'Hi 🎉' }, { template: 'Hi ?' }],
    [
      'symbols of the name, and of the text',
      { name: 'Offer № 1 ﬁnal', template: 'Hi № 7' },
      { name: 'Offer 1 ﬁnal', template: 'Hi 7' },
    ],
    [
      'name and text, misread and without control characters',
      { name: 'Café “offer”', template: 'Hi “you”' },
      { name: 'CafÃ© âofferâ', template: 'Hi âyouâ' },
    ],
    [
      'the vowel signs of name and text',
      { name: 'दिवाली की शुभकामनाएँ', template: 'नमस्ते, आपका ऑर्डर' },
      { name: 'दवल क शभकमनए', template: 'नमसत, आपक ऑरडर' },
    ],
    [
      'the tags of name and text',
      { name: '<i>Mk</i> <b>Xy</b>', template: '<p>Para</p> text' },
      { name: 'Mk Xy', template: 'Para text' },
    ],
    [
      'the variables of name and text',
      { name: 'Promo @@City now', template: 'Hi @@City bye' },
      { name: 'Promo {#var#} now', template: 'Hi {#var#} bye' },
    ],
    ['another sender', {}, { sender_id: 'OTHER' }],
    ['another list', {}, { lists: ['other'] }],
    ['both DLT ids', {}, { dlt_entity_id: '110', dlt_template_id: '110' }],
    ['another content type', {}, { content_type: 'dynamic' }],
    ['a start without its offset', { schedule }, { schedule: { start_time: at(18.5 * 60 * minute) } }],
    [
      'another schedule',
      { schedule },
      { schedule: { start_time: at(60 * minute), end_time: at(600 * minute) } },
    ],
    ['an address that nobody sent', {}, { status_callback: 'https://other.example/' }],
    ['a text that can not be read', {}, { template: { rich: 'Hi' } }],
    [
      'the time, in Indian time as if it were UTC',
      {},
      { date_created: at(330 * minute), schedule: { start_time: at(340 * minute), end_time: null } },
    ],
    ['everything but the name', {}, { template: 'Bye', lists: ['other'], sender_id: 'OTHER' }],
  ])('%s: OUTCOME_UNKNOWN, nothing is sent again', staysUnknown);
});

/** Times of a row: the creation now, and the schedule that was sent, each moved by so many minutes. */
const day = 24 * 60;
const scheduled = { schedule: { startTime: at(day * minute), endTime: at(2 * day * minute) } };
const times = (created: number, start: number, end: number | null): Kept => ({
  date_created: at(created * minute),
  schedule: {
    start_time: at((day + start) * minute),
    ...(end !== null && { end_time: at((2 * day + end) * minute) }),
  },
});

const long = { ...scheduled, template: 'Every word of a long text counts. '.repeat(8).trim() };
const festive = { ...scheduled, template: 'Light up 🎉' };

describe('a lost create whose times an upstream writes in a wrong time zone', () => {
  it.each<[what: string, sent: object, kept: Kept]>([
    ...[-330, 330, 150, -630, 840].map(
      (minutes) =>
        [`all by ${minutes} minutes`, scheduled, times(minutes, minutes, minutes)] as [string, object, Kept],
    ),
    ['the creation alone', scheduled, times(-330, 0, 0)],
    ['the creation and the start', scheduled, times(330, 330, 0)],
    ['all, and no end', scheduled, times(-330, -330, null)],
    ['all, and a start on the hour', scheduled, times(-330, -330 - 37, -330)],
    ['all, and a name in capitals', scheduled, { ...times(-330, -330, -330), name: 'DIWALI OFFER' }],
    [
      'all, where only an end was sent',
      { schedule: { endTime: scheduled.schedule.endTime } },
      times(-330, -330 - day + 10, -330),
    ],
    ['the creation alone, without a schedule', {}, { ...times(-330, 10 - day, null) }],
    ['all, and a text that is cut', long, { ...times(330, 330, 330), template: long.template.slice(0, 160) }],
    ['all, and a text without its emoji', festive, { ...times(-330, -330, -330), template: 'Light up' }],
    ['all, without a schedule', {}, { ...times(-330, -330 + 10 - day, null) }],
  ])('%s: OUTCOME_UNKNOWN, nothing is sent again', staysUnknown);

  it.each<[what: string, sent: object, kept: Kept]>([
    ['a campaign of 5.5 hours ago with another schedule', scheduled, times(-330, 120, 120)],
    ['a campaign of an hour ago with the same schedule', scheduled, times(-60, 0, 0)],
    ['a campaign of yesterday with the same lead', scheduled, times(-day, -day, -day)],
    [
      'a campaign of 5.5 hours ago with another text',
      scheduled,
      { ...times(-330, -330, -330), template: 'Bye' },
    ],
  ])('%s is another one: sent once more', async (_what, sent, kept) => {
    const upstream = await startRewriting(() => kept);
    const received = await create(upstream.gateway, { ...diwali, ...sent });
    expect(received.codes).toEqual(['UPSTREAM_UNAVAILABLE']);
    expect(posts(upstream)).toBe(2);
  });
});

describe('a lost create that was renamed by an update, which adds the addresses of a gateway by itself', () => {
  const webhook = (kind: string): string => `https://g.example/webhooks/exotel/${kind}/${'a1'.repeat(28)}`;
  const added = { status_callback: webhook('campaign'), sms_status_callback: webhook('message') };
  const own = 'https://own.example/';

  it.each<[what: string, sent: object, kept: Kept]>([
    ['both', {}, added],
    ['one', {}, { sms_status_callback: webhook('message') }],
    ['one next to an address of the caller', { statusCallback: own }, { ...added, status_callback: own }],
  ])('%s: OUTCOME_UNKNOWN, nothing is sent again', async (_what, sent, kept) => {
    const upstream = await startRewriting(() => ({ ...kept, name: 'Winter sale' }));
    for (let repeats = 0; repeats < 2; repeats += 1) {
      const received = await create(upstream.gateway, { ...diwali, ...sent, idempotencyKey: 'once' });
      expect(received.codes).toEqual(['OUTCOME_UNKNOWN']);
    }
    expect(posts(upstream)).toBe(1);
  });

  it('an address of another program shows another campaign: it is sent once more', async () => {
    const upstream = await startRewriting(() => ({ ...added, name: 'Winter sale', status_callback: own }));
    await create(upstream.gateway, { ...diwali, idempotencyKey: 'once' });
    expect(posts(upstream)).toBe(2);
  });
});

describe('a lost create with a generated callback URL', () => {
  it('is found by that URL, whatever else the upstream changes', async () => {
    const { gateway, sandbox } = await setup({
      sandbox: {
        faults: ofPosts(() => ({ kind: 'reset', when: 'after' })),
        rewriting: {
          parameters: (sent) => ({
            ...sent,
            name: 'Campaign',
            template: 'Text',
            statusCallback: `${sent.statusCallback}/`,
          }),
          clockAheadMs: -60 * minute,
        },
      },
      gateway: {
        environment: { PUBLIC_URL: 'https://gateway.example.com', WEBHOOK_SECRET: 'as long as a password' },
      },
    });
    const sids = await createAll(gateway, inputs(10, 'each its own', 5));
    expect(sids.sort()).toEqual(sidsOf(sandbox));
    expect(postsTo(sandbox)).toBe(10);
  });
});
