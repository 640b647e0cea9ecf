import { describe, expect, it } from '@jest/globals';
import { CallbackQueue, type QueuedCallback } from '../../../../src/sandbox/callbacks/dispatcher.js';

describe('the callback queue', () => {
  const lanesOf = (...expected: [campaignSid: string, name: string][]): CallbackQueue => {
    const lanes = new CallbackQueue(3);
    for (const [campaignSid, name] of expected) {
      const isOfCampaign = name.startsWith('campaign');
      lanes.add({ callback: { url: '', campaignSid, isOfCampaign, fields: { name } }, attempts: 0 });
    }
    return lanes;
  };
  const nameOf = (posting: QueuedCallback | undefined) => posting?.callback.fields.name;

  it('is bounded, and drops the oldest callback of any campaign', () => {
    const lanes = lanesOf(['one', 'a'], ['two', 'b'], ['one', 'c'], ['two', 'd'], ['two', 'e']);
    const taken = Array.from({ length: 4 }, () => nameOf(lanes.take()));
    expect(taken.sort()).toEqual(['c', 'd', 'e', undefined]);
  });

  it('alternates between campaigns, and sends nothing else of a campaign while its own callback is open', () => {
    const lanes = lanesOf(['one', 'campaign starts'], ['one', 'a'], ['two', 'b']);
    const first = lanes.take();
    expect([nameOf(first), nameOf(lanes.take()), lanes.take()]).toEqual(['campaign starts', 'b', undefined]);
    if (first !== undefined) lanes.finish(first);
    expect(nameOf(lanes.take())).toBe('a');
  });
});
