import { describe, expect, it } from '@jest/globals';
import { type FaultPlan } from '../../../src/sandbox/http/faults.js';
import { UpdateDocument } from '../../operations/generated.js';
import { createdSid, diwali, firstPost, posts } from '../../support/writing/creating.js';
import { setup, type SandboxAndGateway } from '../../support/gateway/setup.js';

const publicUrl = 'http://127.0.0.1:4999/exotel';
const addressOf = (kind: string): RegExp =>
  new RegExp(`^http://127\\.0\\.0\\.1:4999/exotel/webhooks/exotel/${kind}/[\\w-]{40,}$`);
const [ofCampaign, ofMessages] = [addressOf('campaign'), addressOf('message')];
const theirs = 'https://callbacks.example.com/mine?a=b';

let both: SandboxAndGateway;

async function start(environment: Record<string, string> = { PUBLIC_URL: publicUrl }, faults?: FaultPlan) {
  const at = Date.now();
  both = await setup({ sandbox: { clock: () => at, ...(faults && { faults }) }, gateway: { environment } });
}

/** What the campaign calls back, at the upstream. */
function callbacksOf(sid: string) {
  const campaign = both.sandbox.state.find(sid);
  return [campaign?.statusCallback ?? null, campaign?.smsStatusCallback ?? null];
}

describe('a create gets the callback URLs that the input lacks', () => {
  it('both', async () => {
    await start();
    const [status, sms] = callbacksOf(await createdSid(both.gateway, diwali));
    expect(status).toMatch(ofCampaign);
    expect(sms).toMatch(ofMessages);
  });

  it.each([
    ['statusCallback', [theirs, expect.stringMatching(ofMessages)]],
    ['smsStatusCallback', [expect.stringMatching(ofCampaign), theirs]],
  ])('except %s, which the input has', async (given, expected) => {
    await start();
    expect(callbacksOf(await createdSid(both.gateway, { ...diwali, [given]: theirs }))).toEqual(expected);
  });

  it('different ones for each campaign', async () => {
    await start();
    const urls: unknown[] = [];
    for (let count = 0; count < 3; count += 1)
      urls.push(...callbacksOf(await createdSid(both.gateway, diwali)));
    expect(new Set(urls).size).toBe(6);
  });

  it('none without PUBLIC_URL', async () => {
    await start({});
    expect(callbacksOf(await createdSid(both.gateway, diwali))).toEqual([null, null]);
    expect(both.sandbox.calls[0]?.body).not.toHaveProperty('status_callback');
    expect(both.sandbox.calls[0]?.body).not.toHaveProperty('sms_status_callback');
  });
});

describe('an update adds the callback URLs that the campaign lacks', () => {
  const later = { startsAt: Date.now() + 48 * 3_600_000 };
  const ours = [expect.stringMatching(ofCampaign), expect.stringMatching(ofMessages)];

  it.each([
    ['none of its own', {}, {}, ours],
    ['its own for its status', { statusCallback: theirs }, {}, [theirs, ours[1]]],
    ['its own for its messages', { smsStatusCallback: theirs }, {}, [ours[0], theirs]],
    ['none, and one is given', {}, { statusCallback: theirs }, [theirs, ours[1]]],
    [
      'one, and another is given',
      { statusCallback: `${theirs}&c=d` },
      { statusCallback: theirs },
      [theirs, ours[1]],
    ],
  ])('to a campaign that has %s', async (_what, has, given, expected) => {
    await start();
    const { sid } = both.sandbox.state.insert({ ...later, ...has });
    const { updateCampaign } = await both.gateway.data(UpdateDocument, {
      sid,
      input: { name: 'After', ...given },
    });
    expect(updateCampaign.userErrors).toEqual([]);
    expect(callbacksOf(sid)).toEqual(expected);
  });

  it('without sending existing ones again', async () => {
    await start();
    const sid = await createdSid(both.gateway, diwali);
    const before = callbacksOf(sid);
    await both.gateway.data(UpdateDocument, { sid, input: { name: 'After' } });
    expect(both.sandbox.calls.at(-1)).toMatchObject({ method: 'PUT' });
    expect(both.sandbox.calls.at(-1)?.body).toEqual({ name: 'After' });
    expect(callbacksOf(sid)).toEqual(before);
  });

  it('not without PUBLIC_URL', async () => {
    await start({});
    const { sid } = both.sandbox.state.insert(later);
    await both.gateway.data(UpdateDocument, { sid, input: { name: 'After' } });
    expect(callbacksOf(sid)).toEqual([null, null]);
    expect(both.sandbox.calls.at(-1)?.body).toEqual({ name: 'After' });
  });
});

describe('a create with generated callback URLs is found after a lost response', () => {
  it.each([
    ['nothing given', {}],
    ['one given', { statusCallback: theirs }],
    ['a key', { idempotencyKey: 'once' }],
  ])('%s', async (_what, given) => {
    await start({ PUBLIC_URL: publicUrl }, firstPost({ kind: 'reset', when: 'after' }));
    const sid = await createdSid(both.gateway, { ...diwali, ...given });
    expect(both.sandbox.state.campaigns().map((campaign) => campaign.sid)).toEqual([sid]);
    expect(posts(both.sandbox)).toBe(1);
    expect(callbacksOf(sid)[1]).toMatch(ofMessages);
  });

  it('and so is an update', async () => {
    const lostPut: FaultPlan = ({ method }) =>
      method === 'PUT' ? { kind: 'reset', when: 'after' } : undefined;
    await start({ PUBLIC_URL: publicUrl }, lostPut);
    const { sid } = both.sandbox.state.insert({ startsAt: Date.now() + 48 * 3_600_000 });
    const { updateCampaign } = await both.gateway.data(UpdateDocument, { sid, input: { name: 'After' } });
    expect(updateCampaign).toMatchObject({ campaign: { sid, name: 'After' }, userErrors: [] });
    expect(callbacksOf(sid)).toEqual([expect.stringMatching(ofCampaign), expect.stringMatching(ofMessages)]);
  });
});
