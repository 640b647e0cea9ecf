import { describe, expect, it } from '@jest/globals';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { type Script, type SeenRequest } from '../../../support/upstream/scripted-upstream.js';
import {
  answerOf,
  create,
  createdSid,
  diwali,
  diwaliAlready,
  firstPost,
  halfOfABreak,
  keyed,
  posts,
  rowOf,
  sidsOf,
} from '../../../support/writing/creating.js';
import {
  setup,
  startScripted,
  type SandboxAndGateway,
  type SetupOptions,
} from '../../../support/gateway/setup.js';

let both: SandboxAndGateway;

async function start(options: SetupOptions): Promise<SandboxAndGateway> {
  both = await setup(options);
  return both;
}

const hour = 3_600_000;
const unknown = { sid: undefined, codes: ['OUTCOME_UNKNOWN'], campaignName: diwali.name };

describe('a lost create that takes effect late', () => {
  it.each<[string, Fault]>([
    ['after it let it time out', { kind: 'hang' }],
    ['after it broke the connection', { kind: 'reset' }],
  ])('%s, between two searches, is found, with one POST', async (_when, fault) => {
    const waits: number[] = [];
    const { gateway, sandbox } = await start({
      sandbox: { faults: firstPost(fault) },
      gateway: {
        environment: { EXOTEL_TIMEOUT_MS: '1000' },
        sleep: (ms) => Promise.resolve(waits.push(ms) === 1 && both.sandbox.state.insert(diwaliAlready)),
      },
    });
    const sid = await createdSid(gateway, diwali);
    expect(sidsOf(sandbox)).toEqual([sid]);
    expect(posts(sandbox)).toBe(1);
    expect(waits).toHaveLength(1);
  });

  it('is not sent again after a 504 while the upstream may still process it', async () => {
    let nowMs = Date.now();
    const { gateway, sandbox } = await start({
      sandbox: { faults: firstPost({ kind: 'status', status: 504 }) },
      gateway: { now: () => nowMs },
    });
    expect(await create(gateway, keyed)).toEqual(unknown);
    expect(await create(gateway, keyed)).toEqual(unknown);
    expect(posts(sandbox)).toBe(1);
    nowMs += 31_000; // three of the default timeouts: now it never will
    expect([await createdSid(gateway, keyed)]).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(2);
  });
});

describe('a lost create stays OUTCOME_UNKNOWN', () => {
  it.each<[string, Fault]>([
    ['is down', { kind: 'status', status: 503 }],
    ['answers garbage', { kind: 'garbage' }],
    ['hangs', { kind: 'hang' }],
  ])('if the upstream %s, until a repeat with the key finds it without a POST', async (_how, fault) => {
    let isDown = true;
    const { gateway, sandbox } = await start({
      sandbox: {
        faults: ({ method }) =>
          method === 'POST' ? { kind: 'reset', when: 'after' } : isDown ? fault : undefined,
      },
      gateway: {
        environment: { EXOTEL_TIMEOUT_MS: '1000' },
        sleep: () => (isDown ? Promise.resolve() : halfOfABreak()),
      },
    });
    expect(await create(gateway, keyed)).toEqual(unknown);
    isDown = false;
    expect([await createdSid(gateway, keyed)]).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(1);
  });

  it('if the campaign was changed meanwhile, and nothing is sent again', async () => {
    const { gateway, sandbox } = await start({
      sandbox: {
        faults: ({ method }) => {
          if (method === 'POST') return { kind: 'reset', when: 'after' };
          for (const campaign of both.sandbox.state.campaigns())
            Object.assign(campaign, { template: 'Changed', changedAt: campaign.createdAt + 5000 });
          return undefined;
        },
      },
    });
    expect(await create(gateway, keyed)).toEqual(unknown);
    expect(await create(gateway, keyed)).toEqual(unknown);
    expect(posts(sandbox)).toBe(1);
  });
});

describe('a lost create is found', () => {
  /** As many namesakes as said, all ahead of it in the list. */
  function insertNamesakes(count: number): void {
    const draft = { ...diwaliAlready, template: 'Another', startsAt: Date.now() + 48 * hour };
    for (let index = 0; index < count; index += 1) both.sandbox.state.insert(draft);
  }

  /** Some that are ahead of it are moved behind it. */
  function putOff(count: number): void {
    for (const campaign of both.sandbox.state.campaigns().slice(0, count))
      campaign.startsAt = Date.now() - 48 * hour;
  }

  it.each<[string, () => void, string[]]>([
    ['in the second window', () => undefined, ['0', '49']],
    [
      'in a list that grows between two windows',
      () => {
        insertNamesakes(30);
      },
      ['0', '49'],
    ],
    [
      'in a list that moves up between two windows, which is read again',
      () => {
        putOff(20);
      },
      ['0', '49', '0'],
    ],
  ])('after 60 campaigns of the same name, %s', async (_where, meanwhile, offsets) => {
    const { gateway, sandbox } = await start({
      sandbox: {
        faults: ({ method, index }) => {
          if (index === 2) meanwhile();
          return method === 'POST' ? { kind: 'reset', when: 'after' } : undefined;
        },
      },
    });
    insertNamesakes(60);
    const sid = await createdSid(gateway, diwali);
    expect(sandbox.state.find(sid)?.template).toBe(diwali.template);
    expect(sandbox.calls.map(({ query }) => query['offset'])).toEqual([undefined, ...offsets]);
  });

  it.each<[string, string | null, RegExp]>([
    ['the name that it was given', 'Diwali offer', /^Diwali offer$/],
    ['one with space around it', '  Diwali offer ', /^ *Diwali offer *$/],
    ['one in other letters', 'दिवाली 🎉 & 100%', /^दिवाली 🎉 & 100%$/],
    ['one made for want of any', null, /^acme \d{4}-\d\d-\d\d \d\d:\d\d:\d\d [0-9a-z]{8}$/],
  ])('under %s', async (_which, name, expected) => {
    const { gateway, sandbox } = await start({
      sandbox: { faults: firstPost({ kind: 'reset', when: 'after' }) },
    });
    const sid = await createdSid(gateway, { ...diwali, name });
    expect(sidsOf(sandbox)).toEqual([sid]);
    expect(sandbox.state.find(sid)?.name).toMatch(expected);
    expect(posts(sandbox)).toBe(1);
  });
});

describe('a lost create on an odd upstream', () => {
  /** What it has. */
  const rows: Record<string, unknown>[] = [];
  const list: Script = () => answerOf(rows);
  const take = (request: SeenRequest, changes: Readonly<Record<string, unknown>> = {}) => {
    rows.splice(0, Infinity, rowOf(request, changes));
  };
  /** Takes a POST and breaks its connection; answers all else as said. */
  const losing =
    (changes: Readonly<Record<string, unknown>>, onGet = list): Script =>
    (request, response) => {
      if (request.method !== 'POST') return onGet(request, response);
      take(request, changes);
      response.destroy();
      return undefined;
    };

  it('with an unreadable row of the same name: OUTCOME_UNKNOWN and no second POST until it is readable', async () => {
    const { gateway, methods } = await startScripted(losing({ date_created: 'soon' }));
    expect(await create(gateway, keyed)).toEqual(unknown);
    expect(await create(gateway, keyed)).toEqual(unknown);
    Object.assign(rows[0] ?? {}, { date_created: new Date().toISOString() });
    expect(await createdSid(gateway, keyed)).toBe('the-new-one');
    expect(methods().filter((method) => method === 'POST')).toHaveLength(1);
  });

  it.each<[string, number, object, string[]]>([
    ['ten minutes slow: the campaign is found', -600_000, {}, ['POST', 'GET']],
    ['ten minutes fast: the campaign is found', 600_000, {}, ['POST', 'GET']],
    [
      'ten minutes fast: a campaign that was changed since may be the one, so nothing is sent again',
      600_000,
      { template: 'Changed', date_updated: new Date(Date.now() + 660_000).toISOString() },
      ['POST', 'GET', ...['GET', 'GET'], ...['GET', 'GET']], // the list, and its end confirmed, twice
    ],
  ])('with a clock that, by its Date header, is %s', async (_how, aheadMs, changes, expected) => {
    const date = new Date(Date.now() + aheadMs);
    const { gateway, methods } = await startScripted(
      losing({ date_created: date.toISOString(), ...changes }, (_, response) => {
        response.setHeader('date', date.toUTCString());
        return answerOf(rows);
      }),
    );
    const { sid, codes } = await create(gateway, diwali);
    expect(methods()).toEqual(expected);
    expect(sid ?? codes[0]).toBe('template' in changes ? 'OUTCOME_UNKNOWN' : 'the-new-one');
  });

  it('that refuses to filter by a name it accepted: the campaign is found in the whole list', async () => {
    const refusal = { status: 400, json: { RestException: { Status: 400 } } };
    const { gateway, methods } = await startScripted(
      losing({}, ({ target }) => (target.includes('name=') ? refusal : answerOf(rows))),
    );
    expect(await createdSid(gateway, { ...diwali, name: 'Dots' })).toBe('the-new-one');
    expect(methods()).toEqual(['POST', 'GET', 'GET']);
  });

  const unreadable: Script = (request) => {
    take(request);
    return answerOf({ ...rows[0], date_created: 'soon' });
  };

  it('with a success that has the sid only: the campaign is read, with one POST', async () => {
    const { gateway, methods } = await startScripted((request, response) =>
      request.method === 'POST' ? unreadable(request, response) : answerOf(rows[0] ?? {}),
    );
    expect(await createdSid(gateway, diwali)).toBe('the-new-one');
    expect(methods()).toEqual(['POST', 'GET']);
  });

  it('that then fails: an error, and a repeat with the key finds the campaign without a POST', async () => {
    let onGet: Script = () => ({ json: 'down' });
    const { gateway, methods } = await startScripted((request, response) =>
      (request.method === 'POST' ? unreadable : onGet)(request, response),
    );
    expect((await create(gateway, keyed)).codes).toEqual(['UPSTREAM_INVALID_RESPONSE']);
    onGet = list;
    expect(await createdSid(gateway, keyed)).toBe('the-new-one');
    expect(methods().filter((method) => method === 'POST')).toHaveLength(1);
  });
});
