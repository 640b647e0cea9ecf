import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type CampaignStatus } from '../../../src/sandbox/lifecycle.js';
import { documentedCampaign, documentedSid } from '../../fixtures/documented-answer.js';
import { CampaignBySidDocument } from '../../operations/generated.js';
import { answerOf, change, type Changing, countOf, rowOf } from '../../support/writing/creating.js';
import { ask } from '../../support/clients/ask.js';
import { until } from '../../support/clients/subscribing.js';
import { setup, startScripted, type SandboxAndGateway } from '../../support/gateway/setup.js';
import { startGatewayOn } from '../../support/gateway/gateway-under-test.js';

const hour = 3_600_000;
let both: SandboxAndGateway;
let fault: Fault | undefined;
let waits: number[];
/** Happens in the upstream while the gateway waits to look again. */
let meanwhile: () => unknown;
/** Happens in the upstream when it gets a change. */
let onPut: () => void;

beforeAll(async () => {
  both = await setup({
    sandbox: {
      faults: ({ method }) => {
        if (method !== 'PUT') return undefined;
        onPut();
        return fault;
      },
    },
    gateway: {
      environment: { EXOTEL_TIMEOUT_MS: '1000' },
      sleep: (ms) => {
        waits.push(ms);
        meanwhile();
        return Promise.resolve();
      },
    },
  });
});
beforeEach(() => {
  both.sandbox.calls.splice(0);
  waits = [];
  meanwhile = () => undefined;
  onPut = () => undefined;
});
afterEach(() => {
  fault = undefined;
});

/** API document, "Update SMS Campaign": from where each goes, and where to. */
const changes: readonly (readonly [Changing, 'scheduled' | 'paused' | 'completed', string])[] = [
  ['pause', 'scheduled', 'PAUSED'],
  ['resume', 'paused', 'IN_PROGRESS'],
  ['complete', 'paused', 'COMPLETED'],
  ['archive', 'completed', 'ARCHIVED'],
  ['update', 'scheduled', 'SCHEDULED'],
];
const faults: readonly Fault[] = [
  { kind: 'reset' },
  { kind: 'status', status: 503 },
  { kind: 'html' },
  { kind: 'garbage' },
  { kind: 'truncate' },
  { kind: 'hang' },
];
const cases = changes.flatMap(([what, from, to]) =>
  faults.map((how) => [what, how.kind, how, from, to] as const),
);

/** A campaign in a status, started already where that matters. */
function campaignIn(status: 'scheduled' | 'paused' | 'completed'): string {
  const { state, calls } = both.sandbox;
  const startsAt = Date.now() + (status === 'scheduled' ? hour : -hour);
  const { sid } = state.insert({ name: 'Before', startsAt, createdAt: Date.now() - 2 * hour });
  state.setStatus(sid, status);
  calls.splice(0);
  return sid;
}

describe('an update or action with a lost response', () => {
  it.each(cases)('%s, by %s after it took effect, is done; one PUT', async (what, _kind, how, from, to) => {
    const sid = campaignIn(from);
    fault = { ...how, when: 'after' };
    const received = await change(both.gateway, what, sid);
    expect(received).toEqual({ sid, status: to, name: what === 'update' ? 'After' : 'Before', codes: [] });
    expect(both.sandbox.calls.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET']);
    expect(waits).toEqual([]);
  });

  it.each(cases)(
    '%s, by %s before it took effect, is sent once more after it certainly had no effect',
    async (what, _kind, how, from, to) => {
      const sid = campaignIn(from);
      fault = how;
      meanwhile = () => (fault = undefined);
      const received = await change(both.gateway, what, sid);
      expect(received).toEqual({ sid, status: to, name: what === 'update' ? 'After' : 'Before', codes: [] });
      expect(both.sandbox.calls.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'GET', 'PUT']);
      expect(waits).toEqual([5000]); // from then on the first can't be taken any more
    },
  );

  it.each(cases)(
    '%s, by %s before it took effect, twice: the error says what is known',
    async (what, kind, how, from) => {
      const sid = campaignIn(from);
      fault = how;
      const { codes } = await change(both.gateway, what, sid);
      const isKnown = kind !== 'hang' && kind !== 'garbage';
      expect(codes).toEqual([isKnown ? 'UPSTREAM_UNAVAILABLE' : 'OUTCOME_UNKNOWN']);
      const sentAndLookedFor = ['PUT', 'GET', 'GET'];
      expect(both.sandbox.calls.map(({ method }) => method)).toEqual([
        'GET',
        ...sentAndLookedFor,
        ...sentAndLookedFor,
      ]);
      expect(both.sandbox.state.find(sid)).toMatchObject({ name: 'Before', status: from });
      const { campaign } = await both.gateway.data(CampaignBySidDocument, { sid });
      expect(campaign?.upstreamStatus).toBe(from);
    },
  );

  it.each(changes)(
    '%s that took effect before its second attempt is done, although the upstream refuses that attempt',
    async (what, from, to) => {
      const sid = campaignIn(from);
      const status = to.toLowerCase().replace('_', '-') as CampaignStatus;
      fault = { kind: 'reset' };
      meanwhile = () => (fault = undefined);
      onPut = () => {
        if (!fault) both.sandbox.state.setStatus(sid, status);
      };
      expect(await change(both.gateway, what, sid)).toMatchObject({ sid, status: to, codes: [] });
      expect(countOf('PUT', both.sandbox)).toBe(2);
    },
  );

  it('from a proxy (504) is not sent again while the upstream may still process it', async () => {
    const sid = campaignIn('scheduled');
    fault = { kind: 'status', status: 504 };
    const patient = await startGatewayOn(both.sandbox.baseUrl); // three timeouts of ten seconds are past its patience
    try {
      expect((await change(patient, 'pause', sid)).codes).toEqual(['OUTCOME_UNKNOWN']);
      expect(both.sandbox.calls.map(({ method }) => method)).toEqual(['GET', 'PUT', 'GET', 'GET', 'GET']);
    } finally {
      await patient.close();
    }
  });

  it('that takes effect late is found by the second read', async () => {
    const sid = campaignIn('scheduled');
    fault = { kind: 'hang' };
    meanwhile = () => both.sandbox.state.setStatus(sid, 'paused');
    expect(await change(both.gateway, 'pause', sid)).toMatchObject({ sid, status: 'PAUSED', codes: [] });
    expect(countOf('PUT', both.sandbox)).toBe(1);
    expect(waits).toEqual([5000]);
  });

  it('is not refused before the upstream can no longer process it, where the campaign was paused meanwhile', async () => {
    const sid = campaignIn('scheduled');
    fault = { kind: 'hang' };
    onPut = () => both.sandbox.state.setStatus(sid, 'paused');
    meanwhile = () => both.sandbox.state.setStatus(sid, 'scheduled');
    await change(both.gateway, 'update', sid);
    expect(waits[0]).toBe(5000);

    waits = [];
    meanwhile = () => undefined;
    expect((await change(both.gateway, 'update', sid)).codes).toEqual(['ACTION_NOT_ALLOWED']);
    expect(waits).toEqual([5000]);
  });

  it('whose campaign has changed otherwise reports the current state', async () => {
    const sid = campaignIn('scheduled');
    fault = { kind: 'hang' };
    meanwhile = () => both.sandbox.state.setStatus(sid, 'completed');
    expect((await change(both.gateway, 'pause', sid)).codes).toEqual(['ACTION_NOT_ALLOWED']);
    expect(countOf('PUT', both.sandbox)).toBe(1);
  });

  it.each<[how: string, status: CampaignStatus, sent: number, expected: string[]]>([
    ['was completed by another program', 'completed', 0, ['OUTCOME_UNKNOWN']],
    ['was completed and archived by another program', 'archived', 0, ['OUTCOME_UNKNOWN']],
    ['had submitted what it sent, and is completed', 'completed', 5, ['OUTCOME_UNKNOWN']],
    ['has sent more since, and is completed: it was resumed', 'completed', 6, []],
    ['has sent more since, and is archived: it was resumed', 'archived', 6, []],
  ])('resume of a campaign that %s', async (_how, status, sent, expected) => {
    const { state } = both.sandbox;
    const stats = { scheduled: 10, submitted: 2, sent: 3 };
    const campaign = state.insert({ startsAt: Date.now() - hour, status: 'paused', stats });
    const { sid, settled } = campaign;
    fault = { kind: 'hang' };
    meanwhile = () => {
      state.setStatus(sid, status);
      if (settled?.stats) campaign.settled = { ...settled, stats: { ...settled.stats, submitted: 0, sent } };
    };
    expect((await change(both.gateway, 'resume', sid)).codes).toEqual(expected);
    expect(countOf('PUT', both.sandbox)).toBe(1);
  });

  it.each<[by: string, pause: (sid: string) => unknown]>([
    ['a caller of the gateway', (sid) => change(both.gateway, 'pause', sid)],
    ['another program', (sid) => both.sandbox.state.setStatus(sid, 'paused')],
  ])('resume that %s has undone is not sent again', async (_by, pause) => {
    const { calls, state } = both.sandbox;
    const sid = campaignIn('paused');
    Object.assign(state.find(sid) ?? {}, { changedAt: Date.now() - hour });
    fault = { kind: 'hang', when: 'after' };
    const resuming = change(both.gateway, 'resume', sid);
    await until(() => state.find(sid)?.status === 'in-progress');
    fault = undefined;
    await pause(sid);
    const putsBefore = countOf('PUT', both.sandbox);
    expect((await resuming).codes).toEqual(['OUTCOME_UNKNOWN']);
    expect(countOf('PUT', both.sandbox)).toBe(putsBefore);
    expect(calls.length).toBeLessThanOrEqual(putsBefore + 5);
    expect(state.find(sid)?.status).toBe('paused');
  });

  it.each([['pause', 'scheduled'] as const, ['resume', 'paused'] as const])(
    '%s that was done late, and that another program has undone after the first read, is not sent again',
    async (what, from) => {
      const sid = campaignIn(from);
      const { state } = both.sandbox;
      Object.assign(state.find(sid) ?? {}, { changedAt: Date.now() - hour });
      fault = { kind: 'status', status: 503 };
      meanwhile = () => {
        fault = undefined;
        for (const status of ['in-progress', from] as const) state.setStatus(sid, status);
      };
      expect((await change(both.gateway, what, sid)).codes).toEqual(['OUTCOME_UNKNOWN']);
      expect([countOf('PUT', both.sandbox), state.find(sid)?.status]).toEqual([1, from]);
    },
  );

  it('update that differs from the stored text only in a space is sent once more, and known to be done then', async () => {
    const sid = campaignIn('scheduled');
    fault = { kind: 'reset' };
    meanwhile = () => (fault = undefined);
    const update = `mutation { updateCampaign(sid: "${sid}", input: { name: "Be  fore" }) {
      campaign { name } userErrors { code } } }`;
    both.sandbox.state.get(sid).name = 'Be fore';
    const { data, errors } = await ask(both.gateway, update);
    expect([data, errors]).toMatchObject([
      { updateCampaign: { campaign: { name: 'Be  fore' }, userErrors: [] } },
      undefined,
    ]);
    expect(countOf('PUT', both.sandbox)).toBe(2);
    expect(both.sandbox.state.find(sid)?.name).toBe('Be  fore');
  });

  it.each(['statusCallback', 'smsStatusCallback'])(
    'update of an address (%s) that the campaign shows to be absent is sent once more',
    async (field) => {
      const sid = campaignIn('scheduled');
      fault = { kind: 'status', status: 503 };
      meanwhile = () => (fault = undefined);
      const update = `mutation { updateCampaign(sid: "${sid}", input: { ${field}: "https://x.example/45" }) {
        campaign { ${field} } userErrors { code } } }`;
      expect(await ask(both.gateway, update)).toMatchObject({
        data: { updateCampaign: { campaign: { [field]: 'https://x.example/45' }, userErrors: [] } },
      });
      expect(countOf('PUT', both.sandbox)).toBe(2);
    },
  );

  it('is sent once more to an upstream that gives every response another time of the last change', async () => {
    let [status, responses, puts] = ['paused', 0, 0];
    const { gateway, methods } = await startScripted(({ method }) => {
      responses += 1;
      if (method === 'PUT') puts += 1;
      if (method === 'PUT' && puts === 1) return { status: 503, json: {} };
      if (method === 'PUT') status = 'in-progress';
      const date_updated = `2022-05-30T16:19:${String(10 + responses)}+05:30`;
      return answerOf(documentedCampaign({ status, date_updated }));
    });
    expect((await change(gateway, 'resume', documentedSid)).codes).toEqual([]);
    expect(methods()).toEqual(['GET', 'PUT', 'GET', 'GET', 'PUT']);
  });

  it('whose campaign is deleted is NOT_FOUND', async () => {
    const sid = campaignIn('scheduled');
    fault = { kind: 'reset' };
    meanwhile = () => both.sandbox.state.remove(sid);
    expect((await change(both.gateway, 'pause', sid)).codes).toEqual(['NOT_FOUND']);
    expect(countOf('PUT', both.sandbox)).toBe(1);
  });
});

describe('an update or action that was certainly not processed', () => {
  it('because of a 429 is sent again later', async () => {
    const refusals: Fault[] = [{ kind: 'status', status: 429, retryAfterSeconds: 1 }];
    const one = await setup({
      sandbox: { faults: ({ method }) => (method === 'PUT' ? refusals.shift() : undefined) },
    });
    const { sid } = one.sandbox.state.insert({ startsAt: Date.now() + hour });
    expect(await change(one.gateway, 'pause', sid)).toMatchObject({ status: 'PAUSED', codes: [] });
    expect(countOf('PUT', one.sandbox)).toBe(2);
  });
});

describe('a success with the sid and an otherwise unreadable body', () => {
  it.each(changes)('%s returns the campaign from a new read; one PUT', async (what, from) => {
    const post = {
      method: 'POST',
      target: '',
      headers: {},
      body: '{"name":"Before","template":"Hi","sender_id":"A"}',
    };
    const row = rowOf(post, {
      status: from,
      lists: ['a'],
      content_type: 'static',
      sms_type: 'transactional',
    });
    const { gateway, methods } = await startScripted(({ method }) =>
      answerOf(method === 'PUT' ? { ...row, date_created: 'soon' } : row),
    );
    expect(await change(gateway, what, row.sid)).toMatchObject({ sid: row.sid, codes: [] });
    expect(methods()).toEqual(['GET', 'PUT', 'GET']);
  });
});

describe('a success that does not show the change', () => {
  /** An upstream that answers a PUT with a state, and shows its own state from the given read on. */
  async function startLagging(from: string, answered: object, after: object, readsBefore: number) {
    const post = { method: 'POST', target: '', headers: {}, body: '{"name":"Before","template":"Hi"}' };
    const fields = { lists: ['a'], content_type: 'static', sms_type: 'transactional', sender_id: 'A' };
    const before = rowOf(post, { status: from, ...fields });
    let readsSince = -Infinity;
    const own = () => (readsSince > readsBefore ? { ...before, ...after } : before);
    const started = await startScripted(({ method }) => {
      if (method === 'PUT') readsSince = Math.max(readsSince, 0);
      else readsSince += 1;
      return answerOf(method === 'PUT' ? { ...before, ...answered } : own());
    });
    const read = async () =>
      (await started.gateway.data(CampaignBySidDocument, { sid: before.sid })).campaign;
    return { ...started, sid: before.sid, read };
  }
  const afterOf = (what: Changing, to: string) =>
    what === 'update' ? { name: 'After' } : { status: to.toLowerCase().replace('_', '-') };

  it.each(changes)('%s: one more read shows it, and so do later reads', async (what, from, to) => {
    const { gateway, methods, sid, read } = await startLagging(from, {}, afterOf(what, to), 0);
    const expected = { sid, status: to, name: what === 'update' ? 'After' : 'Before', codes: [] };
    expect(await change(gateway, what, sid)).toEqual(expected);
    expect(methods()).toEqual(['GET', 'PUT', 'GET']);
    expect(await read()).toMatchObject({ status: to });
  });

  it.each(changes)('%s, nor does the next read: a later one does; one PUT', async (what, from, to) => {
    const { gateway, methods, sid } = await startLagging(from, {}, afterOf(what, to), 1);
    expect(await change(gateway, what, sid)).toMatchObject({ status: to, codes: [] });
    expect(methods()).toEqual(['GET', 'PUT', 'GET', 'GET']);
  });

  it.each(changes)(
    '%s, nor does any read: OUTCOME_UNKNOWN, and the next read sees it',
    async (what, from, to) => {
      const { gateway, methods, sid, read } = await startLagging(from, {}, afterOf(what, to), 4);
      expect((await change(gateway, what, sid)).codes).toEqual(['OUTCOME_UNKNOWN']);
      expect(methods()).toEqual(['GET', 'PUT', 'GET', 'GET', 'PUT', 'GET', 'GET']);
      expect(await read()).toMatchObject({ status: to });
    },
  );

  it.each(changes.filter(([what]) => what !== 'update'))(
    '%s, with a status in between that no document has: done, and the next read sees the end',
    async (what, from, to) => {
      const between = { status: 'changing' };
      const { gateway, methods, sid, read } = await startLagging(from, between, between, 0);
      expect(await change(gateway, what, sid)).toMatchObject({ status: 'UNKNOWN', codes: [] });
      expect(methods()).toEqual(['GET', 'PUT', 'GET']);
      expect(to).not.toBe('UNKNOWN');
      await read();
      expect(methods()).toEqual(['GET', 'PUT', 'GET', 'GET']);
    },
  );
});
