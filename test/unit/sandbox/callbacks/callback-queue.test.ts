import { describe, expect, it } from '@jest/globals';
import { CallbackQueue, type QueuedCallback } from '../../../../src/sandbox/callbacks/dispatcher.js';

describe('the postings that wait', () => {
  const lanesOf = (...expected: [campaignSid: string, name: string][]): CallbackQueue => {
    const lanes = new CallbackQueue(3);
    for (const [campaignSid, name] of expected) {
      const isOfCampaign = name.startsWith('campaign');
      lanes.add({ callback: { url: '', campaignSid, isOfCampaign, fields: { name } }, attempts: 0 });
    }
    return lanes;
  };
  const nameOf = (posting: QueuedCallback | undefined) => posting?.callback.fields.name;

  it('are bounded, and the oldest is dropped whatever its campaign', () => {
    const lanes = lanesOf(['one', 'a'], ['two', 'b'], ['one', 'c'], ['two', 'd'], ['two', 'e']);
    const taken = Array.from({ length: 4 }, () => nameOf(lanes.take()));
    expect(taken.sort()).toEqual(['c', 'd', 'e', undefined]);
  });

  it("take turns between campaigns, and let a campaign's own go alone", () => {
    const lanes = lanesOf(['one', 'campaign starts'], ['one', 'a'], ['two', 'b']);
    const first = lanes.take();
    expect([nameOf(first), nameOf(lanes.take()), lanes.take()]).toEqual(['campaign starts', 'b', undefined]);
    if (first !== undefined) lanes.finish(first);
    expect(nameOf(lanes.take())).toBe('a');
  });
});
