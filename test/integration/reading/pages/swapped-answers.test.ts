import { describe, expect, it } from '@jest/globals';
import { documentedCampaign } from '../../../fixtures/documented-answer.js';
import { ask } from '../../../support/clients/ask.js';
import { answerOf, change } from '../../../support/writing/creating.js';
import { startScripted, type ScriptedUnderTest } from '../../../support/gateway/setup.js';

const campaign = (sid: string, status: string) => ({
  sid,
  name: `Campaign ${sid}`,
  template: 'Hello',
  sender_id: 'EXOTEL',
  status,
  date_created: '2026-05-01T15:30:00+05:30',
  date_updated: '2026-05-01T15:30:00+05:30',
});
const [asked, other] = [campaign('asked', 'in-progress'), campaign('other', 'paused')];

/** Starts an upstream that answers some reads, counted from 1, with another campaign, and resets the connection of every PUT. */
function startSwapping(
  isSwapped: (read: number) => boolean,
  right: Readonly<Record<string, unknown>> = asked,
): Promise<ScriptedUnderTest> {
  let reads = 0;
  return startScripted(({ method }, response) => {
    if (method === 'PUT') {
      response.socket?.resetAndDestroy();
      return undefined;
    }
    reads += 1;
    return answerOf(isSwapped(reads) ? other : right);
  });
}

const queries: readonly (readonly [what: string, query: string])[] = [
  ['campaign', '{ found: campaign(sid: "asked") { sid } }'],
  ['campaignsBySid', '{ found: campaignsBySid(sids: ["asked"]) { sid } }'],
  [
    '_entities',
    '{ found: _entities(representations: [{ __typename: "Campaign", sid: "asked" }]) { ... on Campaign { sid name } } }',
  ],
];

describe('a read by sid that is answered with another campaign', () => {
  it.each(queries)('is repeated: %s', async (_what, query) => {
    const { gateway, methods } = await startSwapping((read) => read === 1);
    const { data, errors } = await ask<{ found: unknown }>(gateway, query);
    expect(errors).toBeUndefined();
    expect([data?.found].flat()).toMatchObject([{ sid: 'asked' }]);
    expect(methods()).toHaveLength(2);
  });

  it.each(queries)('and repeatedly so is unreadable, and is not cached: %s', async (_what, query) => {
    const { gateway, methods } = await startSwapping((read) => read <= 3);
    const { errors = [] } = await ask(gateway, query);
    expect(errors.map(({ extensions }) => (extensions as { code?: string }).code)).toEqual([
      'UPSTREAM_INVALID_RESPONSE',
    ]);
    expect(methods()).toHaveLength(3);
    const { data } = await ask<{ found: unknown }>(gateway, query);
    expect([data?.found].flat()).toMatchObject([{ sid: 'asked' }]);
  });

  it('in another case of letters is not another campaign', async () => {
    const { gateway, methods } = await startSwapping(() => false, { ...asked, sid: 'ASKED' });
    const { data } = await ask<{ found: unknown }>(gateway, '{ found: campaign(sid: "asked") { sid } }');
    expect(data?.found).toEqual({ sid: 'ASKED' });
    expect(methods()).toHaveLength(1);
  });

  it('in another case of letters, and a write, leave nothing of before it in the cache', async () => {
    let status = 'in-progress';
    const { gateway } = await startScripted((request) => {
      if (request.method === 'PUT') status = 'paused';
      return answerOf(documentedCampaign({ sid: 'ASKED', status }));
    });
    const read = () => ask<{ campaign: unknown }>(gateway, '{ campaign(sid: "asked") { status } }');
    expect((await read()).data?.campaign).toEqual({ status: 'IN_PROGRESS' });
    expect((await change(gateway, 'pause', 'asked')).codes).toEqual([]);
    expect((await read()).data?.campaign).toEqual({ status: 'PAUSED' });
  });

  it('does not make a lost action done', async () => {
    const { gateway } = await startSwapping((read) => read > 1);
    const { sid, codes } = await change(gateway, 'pause', 'asked');
    expect(sid).toBeUndefined();
    expect(codes).toEqual(['OUTCOME_UNKNOWN']);
  });
});
