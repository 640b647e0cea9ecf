import { describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { CampaignBySidDocument, CampaignPageDocument } from '../../operations/generated.js';
import { change, create, createdSid, diwali, keyed, posts, sidsOf } from '../../support/writing/creating.js';
import { setup } from '../../support/gateway/setup.js';

describe.each(['gzip', 'deflate', 'br'])(
  'an upstream that compresses its responses (%s) unasked',
  (encoding) => {
    it('is readable in every read and write, with no further calls', async () => {
      const { gateway, sandbox } = await setup({ sandbox: { faults: () => ({ kind: 'encode', encoding }) } });
      const sid = await createdSid(gateway, diwali);
      expect(sidsOf(sandbox)).toEqual([sid]);
      expect(sandbox.calls.map(({ method }) => method)).toEqual(['POST']);
      expect((await gateway.data(CampaignBySidDocument, { sid })).campaign?.name).toBe(diwali.name);
      const { campaigns } = await gateway.data(CampaignPageDocument, { first: 10 });
      expect(campaigns.edges.map(({ node }) => node?.sid)).toEqual([sid]);
      expect(await change(gateway, 'pause', sid)).toMatchObject({ sid, status: 'PAUSED', codes: [] });
    });
  },
);

describe('an upstream whose responses can’t be decompressed', () => {
  const secret: Fault = { kind: 'encode', encoding: 'secret' };

  it('fails reads', async () => {
    const { gateway } = await setup({ sandbox: { faults: () => secret } });
    const { errors } = await gateway.execute(CampaignPageDocument, { first: 10 });
    expect(errors?.map(({ extensions }) => extensions?.code)).toEqual(['UPSTREAM_INVALID_RESPONSE']);
  });

  it('a create is searched for, with one POST', async () => {
    const { gateway, sandbox } = await setup({
      sandbox: { faults: ({ method }) => (method === 'POST' ? secret : undefined) },
    });
    expect([await createdSid(gateway, diwali)]).toEqual(sidsOf(sandbox));
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['POST', 'GET']);
  });

  it('a create is OUTCOME_UNKNOWN if its lists are unreadable too, with one campaign for the key', async () => {
    let isBroken = true;
    const { gateway, sandbox } = await setup({ sandbox: { faults: () => (isBroken ? secret : undefined) } });
    expect((await create(gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
    isBroken = false;
    expect([await createdSid(gateway, keyed)]).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(1);
  });
});
