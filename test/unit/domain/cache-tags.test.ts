import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { AnswerTags, campaignTag } from '../../../src/domain/cache-tags.js';

describe('the tag of a campaign', () => {
  it.each([
    ['ce0a0d4a45c6b2d8aa6a54d7a1b2c3d4', 'campaign-ce0a0d4a45c6b2d8aa6a54d7a1b2c3d4'],
    ['AbC_1.2-3', 'campaign-AbC_1.2-3'],
    ['a,b', 'campaign-a%2Cb'],
    ['é', 'campaign-%C3%A9'],
    ['\ud800', 'campaign-%EF%BF%BD'],
  ])('%j is %s', (sid, tag) => {
    expect(campaignTag(sid)).toBe(tag);
  });

  it('fits into a list in a header, whatever the sid, and is another for another sid', () => {
    const sid = fc.string({ unit: 'grapheme', minLength: 1 });
    fc.assert(
      fc.property(sid, sid, (one, other) => {
        expect(campaignTag(one)).toMatch(/^[!-+\--~]+$/);
        expect(campaignTag(one) === campaignTag(other)).toBe(one === other);
      }),
    );
  });
});

describe('the tags of an answer', () => {
  const sids = (count: number): string[] => Array.from({ length: count }, (_, index) => `sid-${index}`);
  const answerWith = (count: number): AnswerTags => {
    const tags = new AnswerTags();
    for (const sid of sids(count)) tags.addCampaign(sid);
    return tags;
  };

  it('are only that of lists in a header beyond 3,000 characters, and in a body beyond 1,000 tags', () => {
    expect(answerWith(150).sent.header.split(',')).toHaveLength(150);
    expect(answerWith(300).sent.header).toBe('campaigns');
    expect(answerWith(1000).sent.extensions).toEqual({ apolloCacheTags: sids(1000).map(campaignTag).sort() });
    expect(answerWith(1001).sent.extensions).toEqual({ apolloCacheTags: ['campaigns'] });
  });

  it('are each there once, that of lists first', () => {
    const tags = answerWith(2);
    tags.addList({ nodes: [{ sid: 'sid-1' }, new Error('unreadable'), { sid: 'sid-2' }] });
    tags.addList(undefined);
    expect(tags.sent.header).toBe('campaigns,campaign-sid-0,campaign-sid-1,campaign-sid-2');
  });

  it('of entities are a list for each representation, in their order', () => {
    const tags = answerWith(2);
    tags.setEntities(['sid-1', 'sid-0', 'sid-1']);
    expect(tags.sent.extensions).toEqual({
      apolloEntityCacheTags: [['campaign-sid-1'], ['campaign-sid-0'], ['campaign-sid-1']],
    });
    tags.setEntities(['sid-0']); // under another alias, which no router reads
    expect(tags.sent.extensions).toEqual({ apolloCacheTags: ['campaign-sid-0', 'campaign-sid-1'] });
  });
});
