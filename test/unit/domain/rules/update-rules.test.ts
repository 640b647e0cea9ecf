import { describe, expect, it } from '@jest/globals';
import { type CampaignDraft } from '../../../../src/domain/rules/draft.js';
import {
  type CurrentCampaign,
  inputProblems,
  isEmptyDraft,
  updateProblems,
} from '../../../../src/domain/rules/update.js';
import { brief, campaignWith, draftWith, inMinutes, listsOf, now } from '../drafts.js';

type Case = [title: string, draft: CampaignDraft, asItIs: Partial<CurrentCampaign>, problems: string[]];

const start = { startTime: inMinutes(60).toISOString() };
const threeLists = { lists: listsOf(3).map((sid) => ({ sid })) };
const strange: Partial<CurrentCampaign> = { contentType: 'UNKNOWN', smsType: 'UNKNOWN', senderId: '-' };

const alone: Case[] = [
  ['every field of the sample', draftWith(), {}, []],
  ['a name of 4 characters', { name: 'abcd' }, {}, []],
  ['a name of 3 characters', { name: 'abc' }, {}, ['TOO_SHORT input.name']],
  ['a DLT id of letters', { dltEntityId: 'x' }, {}, ['INVALID input.dltEntityId']],
  ['2001 characters', { template: 'a'.repeat(2001) }, {}, ['TOO_LONG input.template']],
  ['6 variables', { template: '@@a@@b@@c@@d@@e@@f' }, {}, ['TOO_MANY input.template']],
  ['an ftp callback', { smsStatusCallback: 'ftp://example.com' }, {}, ['INVALID input.smsStatusCallback']],
  ['an unknown type', { contentType: 'UNKNOWN' }, {}, ['INVALID input.contentType']],
  ['fields that are not updated are not reported', { name: 'Other' }, strange, []],
  ['several', { name: 'abc', template: '' }, {}, ['TOO_SHORT input.name', 'BLANK input.template']],
];

const together: Case[] = [
  ['no lists', { lists: [] }, {}, ['TOO_FEW input.lists']],
  ['6 lists', { lists: listsOf(6) }, {}, ['TOO_MANY input.lists']],
  ['2 lists of a dynamic one', { lists: listsOf(2) }, { contentType: 'DYNAMIC' }, ['TOO_MANY input.lists']],
  [
    '2 lists of one that becomes static',
    { lists: listsOf(2), contentType: 'STATIC' },
    { contentType: 'DYNAMIC' },
    [],
  ],
  [
    'dynamic, with the current 3 lists',
    { contentType: 'DYNAMIC' },
    threeLists,
    ['TOO_MANY input.contentType'],
  ],
  ['dynamic, with 1 list instead of 3', { contentType: 'DYNAMIC', lists: ['a'] }, threeLists, []],
  ['digits as the sender of a transactional one', { senderId: '56161' }, {}, ['INVALID input.senderId']],
  ['digits as the sender of a promotional one', { senderId: '56161' }, { smsType: 'PROMOTIONAL' }, []],
  [
    'promotional, with the current sender of letters',
    { smsType: 'PROMOTIONAL' },
    {},
    ['INVALID input.smsType'],
  ],
  ['promotional, with a sender of digits', { smsType: 'PROMOTIONAL', senderId: '56161' }, {}, []],
  ['dynamic, with current lists that are unreadable', { contentType: 'DYNAMIC' }, { lists: [] }, []],
  ['promotional, with a current sender that is unreadable', { smsType: 'PROMOTIONAL' }, { senderId: '' }, []],
];

const schedules: Case[] = [
  ['a start in 10 minutes', { schedule: { startTime: inMinutes(10) } }, {}, []],
  [
    'a start in less than 10 minutes',
    { schedule: { startTime: inMinutes(10, -1) } },
    {},
    ['TOO_EARLY input.schedule.startTime'],
  ],
  ['a start 2 hours before the current end', { schedule: { startTime: inMinutes(240) } }, {}, []],
  [
    'a start too close to the current end',
    { schedule: { startTime: inMinutes(240, 1) } },
    {},
    ['INVALID input.schedule.startTime'],
  ],
  ['a start without any end', { schedule: { startTime: inMinutes(9999) } }, { schedule: start }, []],
  ['an end 2 hours after the current start', { schedule: { endTime: inMinutes(180) } }, {}, []],
  [
    'an end less than 2 hours after the current start',
    { schedule: { endTime: inMinutes(180, -1) } },
    {},
    ['TOO_EARLY input.schedule.endTime'],
  ],
  ['an end without any start', { schedule: { endTime: inMinutes(130) } }, { schedule: {} }, []],
  ['both', { schedule: { startTime: inMinutes(500), endTime: inMinutes(620) } }, {}, []],
  [
    'a start and an end too close together',
    { schedule: { startTime: inMinutes(500), endTime: inMinutes(620, -1) } },
    {},
    ['TOO_EARLY input.schedule.endTime'],
  ],
  [
    'the current start, too soon but not updated, is not reported',
    { schedule: { endTime: inMinutes(200) } },
    { schedule: { startTime: inMinutes(1).toISOString() } },
    [],
  ],
];

describe('an update', () => {
  it.each(alone)('validates its own fields: %s', (_title, draft, asItIs, problems) => {
    expect(brief(updateProblems(draft, campaignWith(asItIs), now))).toEqual(problems);
  });

  it.each(together)(
    'validates its fields against the current campaign: %s',
    (_title, draft, asItIs, problems) => {
      expect(brief(updateProblems(draft, campaignWith(asItIs), now))).toEqual(problems);
    },
  );

  it.each(schedules)('validates its schedule: %s', (_title, draft, asItIs, problems) => {
    expect(brief(updateProblems(draft, campaignWith(asItIs), now))).toEqual(problems);
  });

  it.each<[CampaignDraft]>([[{}], [{ name: null }], [{ schedule: {} }], [{ schedule: { startTime: null } }]])(
    'without any field is refused: %j',
    (draft) => {
      expect(isEmptyDraft(draft)).toBe(true);
      expect(brief(updateProblems(draft, campaignWith(), now))).toEqual(['BLANK input']);
    },
  );
});

describe('problems of an update by its input alone', () => {
  it.each(alone)('are those of its own fields: %s', (_title, draft, _asItIs, problems) => {
    expect(brief(inputProblems(draft, now))).toEqual(problems);
  });

  it.each<[string, CampaignDraft, string[]]>([
    ['lists that only a static campaign may have', { lists: listsOf(2) }, []],
    ['more lists than any campaign may have', { lists: listsOf(6) }, ['TOO_MANY input.lists']],
    ['a content type', { contentType: 'DYNAMIC' }, []],
    ['an SMS type', { smsType: 'PROMOTIONAL' }, []],
    ['a sender of digits', { senderId: '56161' }, []],
    ['an end soon after the start, which may be at any time', { schedule: { endTime: inMinutes(121) } }, []],
    ['a start too soon', { schedule: { startTime: inMinutes(9) } }, ['TOO_EARLY input.schedule.startTime']],
    ['nothing', {}, ['BLANK input']],
  ])('are none that depend on the campaign: %s', (_title, draft, problems) => {
    expect(brief(inputProblems(draft, now))).toEqual(problems);
  });
});
