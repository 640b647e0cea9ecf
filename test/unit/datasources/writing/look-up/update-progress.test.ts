import { describe, expect, it } from '@jest/globals';
import { differences, updateProgress } from '../../../../../src/datasources/writing/look-up/same-campaign.js';
import { type CampaignDraft } from '../../../../../src/domain/rules/draft.js';
import { type Campaign } from '../../../../../src/schema/campaign.js';
import { draftWith } from '../../../domain/drafts.js';
import { campaignOf } from '../../../domain/rules/campaigns.js';

const createdAt = new Date('2026-05-01T10:00:00Z');
const draft = draftWith();
const before = campaignOf(draft, createdAt);
const at = (minutes: number): string => new Date(createdAt.getTime() + minutes * 60_000).toISOString();

describe('an update with a lost response', () => {
  const startTime = new Date(at(600));
  it.each<[string, CampaignDraft, Partial<Campaign>, string]>([
    ['is done if the campaign has the new value', { name: 'After' }, { name: 'After' }, 'done'],
    ['is done if the campaign had that value before', { name: before.name }, {}, 'done'],
    [
      'is done if the campaign has a known rewriting of the value',
      { name: 'Ben & Jerry' },
      { name: 'Ben &amp; Jerry' },
      'done',
    ],
    [
      'is done if the campaign has the escaped text',
      { template: 'Buy & save' },
      { template: 'Buy &amp; save' },
      'done',
    ],
    [
      'is done if the campaign has the value rounded to the minute',
      { schedule: { startTime } },
      { schedule: { startTime: at(600.5), endTime: null } },
      'done',
    ],
    ['is not done if the campaign is unchanged', { name: 'After' }, {}, 'notDone'],
    ['is not done if only another field has changed', { name: 'After' }, { template: 'New' }, 'notDone'],
    ['is not done if none of several fields has changed', { name: 'After', template: 'New' }, {}, 'notDone'],
    ['is unclear if the campaign has a third value', { name: 'After' }, { name: 'Another' }, 'unclear'],
    [
      'is unclear if only one of two fields has changed',
      { name: 'After', template: 'New' },
      { name: 'After' },
      'unclear',
    ],
    [
      'is not done if the campaign shows that it has no callback address',
      { smsStatusCallback: 'https://a.example' },
      {},
      'notDone',
    ],
    [
      'is unclear if the campaign has lost its callback address',
      { statusCallback: 'https://a.example' },
      { statusCallback: null },
      'unclear',
    ],
    [
      'is unclear if the campaign does not show the field',
      { smsType: 'PROMOTIONAL' },
      { smsType: 'UNKNOWN' },
      'unclear',
    ],
  ])('%s', (_how, said, changes, expected) => {
    expect(updateProgress(said, before, { ...before, ...changes })).toBe(expected);
  });

  it.each<[string, CampaignDraft, Partial<Campaign>]>([
    ['another space', { name: 'Big  Sale' }, { name: 'Big Sale' }],
    ['a corrected escape', { template: 'Buy & save' }, { template: 'Buy &amp; save' }],
    ['letter case', { senderId: 'exotel' }, { senderId: 'EXOTEL' }],
    ['leading zeros', { dltTemplateId: '0110' }, { dltTemplateId: '110' }],
    ['the order of lists', { lists: ['b', 'a'] }, { lists: [{ sid: 'a' }, { sid: 'b' }] }],
    ['seconds', { schedule: { startTime } }, { schedule: { startTime: at(600.5), endTime: null } }],
    [
      'a slash after an address',
      { statusCallback: 'https://a.example' },
      { statusCallback: 'https://a.example/' },
    ],
  ])(
    'is as before if the campaign is unchanged, and differs from what was sent in %s',
    (_what, said, stored) => {
      const asItWas = { ...before, ...stored };
      expect(updateProgress(said, asItWas, asItWas)).toBe('asBefore');
      expect(
        updateProgress({ ...said, smsType: 'PROMOTIONAL' }, asItWas, { ...asItWas, smsType: 'PROMOTIONAL' }),
      ).toBe('done');
    },
  );

  it('is not done if the old name is already a rewriting of the new one', () => {
    const asItWas = { ...before, name: 'Ben Jerry' };
    expect(updateProgress({ name: 'Ben & Jerry' }, asItWas, asItWas)).toBe('notDone');
  });
});

describe('the number of differences between a campaign and its input', () => {
  it.each<[string, Partial<Campaign>, number]>([
    ['none', {}, 0],
    ['does not count the name', { name: 'Another' }, 0],
    [
      'does not count fields that a row lacks',
      { dltEntityId: null, lists: [], contentType: 'UNKNOWN', statusCallback: null },
      0,
    ],
    ['counts other lists', { lists: [{ sid: 'b' }, { sid: 'a' }] }, 1],
    ['counts one of two ids', { dltEntityId: '1' }, 1],
    ['counts two ids', { dltEntityId: '1', dltTemplateId: '1' }, 1],
    ['counts a start unlike the default', { schedule: { startTime: at(120), endTime: null } }, 1],
    ['counts a start before its creation', { schedule: { startTime: at(-120), endTime: null } }, 1],
    [
      'does not count a default start half an hour later',
      { schedule: { startTime: at(30), endTime: null } },
      0,
    ],
    ['counts an end unlike the default', { schedule: { startTime: at(10), endTime: at(200) } }, 1],
    ['does not count an absent schedule', { schedule: { startTime: null, endTime: null } }, 0],
    ['counts a callback that was not in the input', { smsStatusCallback: 'https://x.example' }, 1],
    ['counts another text and sender', { template: 'Another', senderId: 'OTHER' }, 2],
  ])('%s', (_what, changes, expected) => {
    expect(differences(draft, { ...before, ...changes }).size).toBe(expected);
  });
});
