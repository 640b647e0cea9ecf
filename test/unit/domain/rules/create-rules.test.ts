import { describe, expect, it } from '@jest/globals';
import { createProblems } from '../../../../src/domain/rules/create.js';
import { type CampaignDraft } from '../../../../src/domain/rules/draft.js';
import { brief, draftWith, inMinutes, listsOf, now } from '../drafts.js';

const fine: [title: string, change: Partial<CampaignDraft>][] = [
  ['the sample of the document', {}],
  ['no name', { name: null }],
  ['a name of 4 characters', { name: 'abcd' }],
  ['a name with joiners', { name: '\u0915\u094d\u200d\u0937\u0915' }],
  ['a template with a zero-width space', { template: 'a\u200bb' }],
  ['a name of 4 emoji', { name: '😀😀😀😀' }],
  ['a name of 1000 emoji', { name: '😀'.repeat(1000) }],
  ['5 static lists', { lists: listsOf(5) }],
  ['1 dynamic list', { contentType: 'DYNAMIC' }],
  ['a DLT id of 1 digit', { dltEntityId: '0' }],
  ['a DLT id of 19 digits', { dltEntityId: '1'.repeat(19) }],
  ['a DLT id of 40 digits', { dltTemplateId: '9'.repeat(40) }],
  ['letters as transactional sender', { senderId: 'exotel' }],
  ['letters as opt-in sender', { smsType: 'TRANSACTIONAL_OPT_IN' }],
  ['digits as promotional sender', { smsType: 'PROMOTIONAL', senderId: '56161' }],
  ['a template of 2000 characters', { template: 'a'.repeat(2000) }],
  ['a template of 2000 emoji', { template: '😀'.repeat(2000) }],
  ['a template of 2000 Hindi characters', { template: 'न'.repeat(2000) }],
  ['5 variables', { template: '@@a @@b @@c @@d @@e' }],
  ['5 variables, repeated', { template: '@@a @@b @@c @@d @@e @@a @@b @@c' }],
  ['an http callback', { statusCallback: 'http://example.com:8080/a?b=c#d' }],
  ['a callback with its scheme in capitals', { smsStatusCallback: 'HTTPS://example.com' }],
  ['no schedule', { schedule: null }],
  ['a schedule of nothing', { schedule: { startTime: null, endTime: null } }],
  ['a start in exactly 10 minutes', { schedule: { startTime: inMinutes(10) } }],
  [
    'an end exactly 2 hours after the start',
    { schedule: { startTime: inMinutes(10), endTime: inMinutes(130) } },
  ],
  ['an end 2 hours after the start that holds by default', { schedule: { endTime: inMinutes(130) } }],
];

const wrong: [title: string, change: Partial<CampaignDraft>, problems: string[]][] = [
  ['an empty name', { name: '' }, ['BLANK input.name']],
  ['a blank name', { name: '    ' }, ['BLANK input.name']],
  ...[
    '\u200b',
    '\u200b\u200d\ufeff\u2060',
    '\u00ad\u034f',
    '\u3164\u115f',
    '\u2800 \u2800',
    '\u{e0020}\u{e0100}',
    '\x01\x7f',
  ].flatMap((invisible): typeof wrong => [
    [`a name of ${encodeURIComponent(invisible)}`, { name: invisible }, ['BLANK input.name']],
    [
      `a name of ${encodeURIComponent(invisible)} among spaces`,
      { name: ` ${invisible}\t` },
      ['BLANK input.name'],
    ],
    [`a template of ${encodeURIComponent(invisible)}`, { template: invisible }, ['BLANK input.template']],
    [`a list of ${encodeURIComponent(invisible)}`, { lists: [invisible] }, ['BLANK input.lists.0']],
    [`a sender of ${encodeURIComponent(invisible)}`, { senderId: invisible }, ['BLANK input.senderId']],
  ]),
  ['a name of 3 characters', { name: 'abc' }, ['TOO_SHORT input.name']],
  ['a name of 3 emoji', { name: '😀😀😀' }, ['TOO_SHORT input.name']],
  ['a name of 1001 emoji', { name: '😀'.repeat(1001) }, ['TOO_LONG input.name']],
  ['a list with half of a surrogate pair', { lists: ['a\ud800'] }, ['INVALID input.lists.0']],
  ['an unknown content type', { contentType: 'UNKNOWN' }, ['INVALID input.contentType']],
  ['an unknown SMS type', { smsType: 'UNKNOWN' }, ['INVALID input.smsType']],
  ['no lists', { lists: [] }, ['TOO_FEW input.lists']],
  ['6 static lists', { lists: listsOf(6) }, ['TOO_MANY input.lists']],
  ['2 dynamic lists', { contentType: 'DYNAMIC', lists: listsOf(2) }, ['TOO_MANY input.lists']],
  ['a blank list', { lists: ['a', ' '] }, ['BLANK input.lists.1']],
  [
    'a list given three times',
    { lists: ['a', 'b', 'a', 'a'] },
    ['DUPLICATE input.lists.2', 'DUPLICATE input.lists.3'],
  ],
  ['a blank DLT entity', { dltEntityId: ' ' }, ['BLANK input.dltEntityId']],
  ['a DLT entity with letters', { dltEntityId: '110142874000001212X' }, ['INVALID input.dltEntityId']],
  ['a DLT template as a float', { dltTemplateId: '1.1e18' }, ['INVALID input.dltTemplateId']],
  ['a DLT template in Hindi digits', { dltTemplateId: '१२३' }, ['INVALID input.dltTemplateId']],
  ['a DLT template and a line feed', { dltTemplateId: '123\n' }, ['INVALID input.dltTemplateId']],
  ['a blank sender', { senderId: '' }, ['BLANK input.senderId']],
  ['digits as transactional sender', { senderId: '56161' }, ['INVALID input.senderId']],
  ['letters as promotional sender', { smsType: 'PROMOTIONAL' }, ['INVALID input.senderId']],
  ['a blank template', { template: ' \n' }, ['BLANK input.template']],
  ['a template of 2001 characters', { template: 'a'.repeat(2001) }, ['TOO_LONG input.template']],
  ['a template of 2001 emoji', { template: '😀'.repeat(2001) }, ['TOO_LONG input.template']],
  ['a template of 2001 Hindi characters', { template: 'न'.repeat(2001) }, ['TOO_LONG input.template']],
  ['6 variables', { template: '@@a @@b @@c @@d @@e @@f' }, ['TOO_MANY input.template']],
  [
    'variables that differ in case only',
    { template: '@@a @@A @@b @@B @@c @@C' },
    ['TOO_MANY input.template'],
  ],
  ['an ftp callback', { statusCallback: 'ftp://example.com' }, ['INVALID input.statusCallback']],
  ['a callback without a host', { statusCallback: 'http://' }, ['INVALID input.statusCallback']],
  ['a callback with a blank', { smsStatusCallback: 'https://a b' }, ['INVALID input.smsStatusCallback']],
  ['a script', { smsStatusCallback: 'javascript:alert(1)' }, ['INVALID input.smsStatusCallback']],
  ['an empty callback', { smsStatusCallback: '' }, ['INVALID input.smsStatusCallback']],
  [
    'a callback with half of a surrogate pair',
    { statusCallback: 'https://a.example/\ud83d' },
    ['INVALID input.statusCallback'],
  ],
  [
    'a callback with a zero byte',
    { smsStatusCallback: 'https://a.example/\0' },
    ['INVALID input.smsStatusCallback'],
  ],
  [
    'a start and an end that are in the year 10000 in UTC',
    {
      schedule: {
        startTime: new Date('9999-12-31T23:59:59-00:30'),
        endTime: new Date('9999-12-31T23:59:59-05:30'),
      },
    },
    ['INVALID input.schedule.startTime', 'INVALID input.schedule.endTime'],
  ],
  [
    'a start a millisecond before 10 minutes',
    { schedule: { startTime: inMinutes(10, -1) } },
    ['TOO_EARLY input.schedule.startTime'],
  ],
  [
    'an end a millisecond before 2 hours',
    { schedule: { startTime: inMinutes(10), endTime: inMinutes(130, -1) } },
    ['TOO_EARLY input.schedule.endTime'],
  ],
  [
    'an end too early for the default start',
    { schedule: { endTime: inMinutes(130, -1) } },
    ['TOO_EARLY input.schedule.endTime'],
  ],
  [
    'a start in the past and an end before it',
    { schedule: { startTime: inMinutes(-5), endTime: inMinutes(-10) } },
    ['TOO_EARLY input.schedule.startTime', 'TOO_EARLY input.schedule.endTime'],
  ],
];

describe('a new campaign', () => {
  it.each(fine)('is valid with %s', (_title, change) => {
    expect(brief(createProblems(draftWith(change), now))).toEqual([]);
  });

  it.each(wrong)('is invalid with %s', (_title, change, problems) => {
    expect(brief(createProblems(draftWith(change), now))).toEqual(problems);
  });

  it('reports all its problems at once, in the order of the fields', () => {
    const draft = draftWith({
      name: 'abc',
      lists: [],
      dltEntityId: 'x',
      dltTemplateId: 'y',
      senderId: '5',
      template: `${'a'.repeat(2000)} @@a @@b @@c @@d @@e @@f`,
      statusCallback: 'ftp://example.com',
      smsStatusCallback: 'nowhere',
      schedule: { startTime: inMinutes(9), endTime: inMinutes(10) },
    });
    expect(brief(createProblems(draft, now))).toEqual([
      'TOO_SHORT input.name',
      'TOO_FEW input.lists',
      'INVALID input.dltEntityId',
      'INVALID input.dltTemplateId',
      'INVALID input.senderId',
      'TOO_LONG input.template',
      'TOO_MANY input.template',
      'INVALID input.statusCallback',
      'INVALID input.smsStatusCallback',
      'TOO_EARLY input.schedule.startTime',
      'TOO_EARLY input.schedule.endTime',
    ]);
  });
});
