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

describe('an update whose answer was lost', () => {
  const startTime = new Date(at(600));
  it.each<[string, CampaignDraft, Partial<Campaign>, string]>([
    ['is as it was said', { name: 'After' }, { name: 'After' }, 'done'],
    ['was so before', { name: before.name }, {}, 'done'],
    ['is a known rewriting of what was said', { name: 'Ben & Jerry' }, { name: 'Ben &amp; Jerry' }, 'done'],
    ['has its text escaped', { template: 'Buy & save' }, { template: 'Buy &amp; save' }, 'done'],
    [
      'is to the minute',
      { schedule: { startTime } },
      { schedule: { startTime: at(600.5), endTime: null } },
      'done',
    ],
    ['is as it was', { name: 'After' }, {}, 'notDone'],
    ['is as it was, though something else was changed', { name: 'After' }, { template: 'New' }, 'notDone'],
    ['is as it was in all that was said', { name: 'After', template: 'New' }, {}, 'notDone'],
    ['is neither', { name: 'After' }, { name: 'Another' }, 'unclear'],
    ['is half of it', { name: 'After', template: 'New' }, { name: 'After' }, 'unclear'],
    ['does not show it', { smsType: 'PROMOTIONAL' }, { smsType: 'UNKNOWN' }, 'unclear'],
  ])('%s', (_how, said, changes, expected) => {
    expect(updateProgress(said, before, { ...before, ...changes })).toBe(expected);
  });

  it('is not done where the name before is a rewriting of the one that was said', () => {
    const asItWas = { ...before, name: 'Ben Jerry' };
    expect(updateProgress({ name: 'Ben & Jerry' }, asItWas, asItWas)).toBe('notDone');
  });
});

describe('how many things a campaign has otherwise than they were sent', () => {
  it.each<[string, Partial<Campaign>, number]>([
    ['none', {}, 0],
    ['a name is not counted', { name: 'Another' }, 0],
    [
      'what a row does not say',
      { dltEntityId: null, lists: [], contentType: 'UNKNOWN', statusCallback: null },
      0,
    ],
    ['other lists', { lists: [{ sid: 'b' }, { sid: 'a' }] }, 1],
    ['one of two ids', { dltEntityId: '1' }, 1],
    ['two ids', { dltEntityId: '1', dltTemplateId: '1' }, 1],
    ['a start that no default is', { schedule: { startTime: at(120), endTime: null } }, 1],
    ['a start before its creation', { schedule: { startTime: at(-120), endTime: null } }, 1],
    ['a default start of half an hour', { schedule: { startTime: at(30), endTime: null } }, 0],
    ['an end that no default is', { schedule: { startTime: at(10), endTime: at(200) } }, 1],
    ['no schedule at all', { schedule: { startTime: null, endTime: null } }, 0],
    ['a callback that nobody sent', { smsStatusCallback: 'https://x.example' }, 1],
    ['another text and sender', { template: 'Another', senderId: 'OTHER' }, 2],
  ])('%s', (_what, changes, expected) => {
    expect(differences(draft, { ...before, ...changes })).toBe(expected);
  });
});
