import { describe, expect, it } from '@jest/globals';
import { setImmediate as turn } from 'node:timers/promises';
import { type Fault } from '../../../../src/sandbox/http/faults.js';
import { type Rewriting } from '../../../../src/sandbox/api/operation.js';
import {
  create,
  createAll,
  createdSid,
  diwali,
  diwaliAlready,
  firstPost,
  halfOfABreak,
  inputs,
  keyed,
  ofPosts,
  type Naming,
  posts,
  seeded,
  sidsOf,
} from '../../../support/writing/creating.js';
import { setup, type SandboxAndGateway, type SetupOptions } from '../../../support/gateway/setup.js';

let both: SandboxAndGateway;

async function start(options: SetupOptions = {}): Promise<SandboxAndGateway> {
  both = await setup(options);
  return both;
}

/** Each of the creates was answered with a campaign of its own, and there is no other. */
function expectOneEach(sids: readonly string[], count: number): void {
  expect(new Set(sids).size).toBe(count);
  expect([...sids].sort()).toEqual(sidsOf(both.sandbox));
}

describe('concurrent creates, each response lost after the create took effect', () => {
  it.each<[Fault['kind'], Naming, number]>([
    ['reset', 'each its own', 60],
    ['reset', 'all the same', 60],
    ['reset', 'none', 60],
    ['garbage', 'all the same', 60],
    // Sixteen time out together, so the breaker opens: what it held back was not sent, and is asked for again.
    ['hang', 'all the same', 30],
  ])(
    '%s, names: %s, count: %i; each caller gets its own campaign, with one POST each',
    async (kind, naming, count) => {
      const { gateway, sandbox } = await start({
        sandbox: { faults: ofPosts(() => ({ kind, when: 'after' })) },
        gateway: {
          sleep: halfOfABreak,
          ...(kind === 'hang' && { environment: { EXOTEL_TIMEOUT_MS: '1000' } }),
        },
      });
      const sids = await createAll(gateway, inputs(count, naming, (count * 2) / 3));
      expectOneEach(sids, count);
      expect(posts(sandbox)).toBe(count);
    },
  );
});

const before: readonly (readonly [string, Fault])[] = [
  ['reset', { kind: 'reset' }],
  ['503', { kind: 'status', status: 503 }],
  ["a proxy's page", { kind: 'html' }],
  ['garbage', { kind: 'garbage' }],
  ['truncated', { kind: 'truncate' }],
  ['no answer', { kind: 'hang' }],
];

describe.each(before)('concurrent creates, each lost before it took effect: %s', (_how, fault) => {
  it.each<Naming>(['each its own', 'all the same'])(
    'names: %s; each creates one campaign',
    async (naming) => {
      const { gateway, sandbox } = await start({
        sandbox: { faults: ofPosts((post) => (post < 5 ? fault : undefined)) },
        gateway: { environment: { EXOTEL_TIMEOUT_MS: '1000' } },
      });
      const sids = await createAll(gateway, inputs(5, naming));
      expectOneEach(sids, 5);
      expect(posts(sandbox)).toBe(10);
    },
  );
});

describe('concurrent creates with the same content, some lost before or after they took effect', () => {
  it.each([1, 2, 3])(
    '40 with keys create 40 campaigns once none is OUTCOME_UNKNOWN (seed %i)',
    async (seed) => {
      const random = seeded(seed);
      const draw = <Item>(items: readonly Item[]): Item | undefined =>
        items[Math.floor(random() * items.length)];
      const faults = ofPosts(() => {
        const when = draw(['before', 'after', undefined] as const);
        return when && { kind: draw(['reset', 'garbage', 'html', 'truncate'] as const) ?? 'reset', when };
      });
      const { gateway } = await start({ sandbox: { faults } });
      expectOneEach(await createAll(gateway, inputs(40, 'all the same')), 40);
    },
  );
});

describe('47 creates, some lost, on an upstream that rewrites their content', () => {
  const minute = 60_000;
  const upstreams: [string, Rewriting][] = [
    ['whose clock is 3 minutes behind', { clockAheadMs: -3 * minute }],
    ['whose clock is 5 minutes behind', { clockAheadMs: -5 * minute }],
    ['whose clock is 5 minutes ahead', { clockAheadMs: 5 * minute }],
    [
      'that escapes names, and whose clock is 4 minutes behind',
      {
        clockAheadMs: -4 * minute,
        parameters: (sent) => ({ ...sent, name: sent.name.replaceAll('&', '&amp;') }),
      },
    ],
  ];
  it.each(upstreams)('%s: each with a key creates its own campaign once', async (_how, rewriting) => {
    const random = seeded(47);
    const faults = ofPosts(() => {
      const drawn = random();
      if (drawn > 0.5) return undefined;
      return { kind: 'reset', when: drawn > 0.2 ? 'after' : 'before' };
    });
    const { gateway } = await start({ sandbox: { faults, rewriting } });
    const wanted = inputs(47, 'each its own').map((input) => ({ ...input, name: `Ben & ${input.name}` }));
    expectOneEach(await createAll(gateway, wanted), 47);
  });
});

describe('30 concurrent creates with one key', () => {
  it.each<[string, Fault | undefined, number]>([
    ['answered', undefined, 1],
    ['lost after it took effect', { kind: 'reset', when: 'after' }, 1],
    ['lost before it took effect', { kind: 'reset' }, 2],
  ])('create one campaign; the first POST is %s', async (_how, fault, expected) => {
    const { gateway, sandbox } = await start({ sandbox: { faults: firstPost(fault) } });
    const sids = await Promise.all(Array.from({ length: 30 }, () => createdSid(gateway, keyed)));
    expectOneEach([...new Set(sids)], 1);
    expect(posts(sandbox)).toBe(expected);
  });
});

describe('the search after a lost create finds its own campaign', () => {
  it.each(['with keys', 'without'])('not the one of an earlier create (%s)', async (how) => {
    const { gateway } = await start({
      sandbox: { faults: ofPosts((post) => (post === 1 ? { kind: 'reset' } : undefined)) },
    });
    const [one, other] = inputs(2, 'all the same', how === 'with keys' ? 2 : 0);
    const sids = [await createdSid(gateway, one ?? diwali), await createdSid(gateway, other ?? diwali)];
    expectOneEach(sids, 2);
  });

  it.each(['before', 'after'] as const)(
    'not an equal one of the day before (lost %s it took effect)',
    async (when) => {
      const faults = firstPost({ kind: 'reset', when });
      const { gateway, sandbox } = await start({ sandbox: { faults } });
      const old = sandbox.state.insert({ ...diwaliAlready, createdAt: Date.now() - 24 * 3_600_000 });
      const sid = await createdSid(gateway, diwali);
      expectOneEach([old.sid, sid], 2);
      expect(posts(sandbox)).toBe(when === 'before' ? 2 : 1);
    },
  );

  it.each(['before', 'after'] as const)(
    'not one of the same name with other content (lost %s it took effect)',
    async (when) => {
      const faults = ofPosts((post) => (post < 2 ? { kind: 'reset', when } : undefined));
      const { gateway, sandbox } = await start({ sandbox: { faults } });
      const texts = ['Hi', 'Hello'];
      const received = await Promise.all(texts.map((template) => create(gateway, { ...diwali, template })));
      expect(received.map(({ sid = '' }) => sandbox.state.find(sid)?.template)).toEqual(texts);
      expectOneEach(
        received.map(({ sid = '' }) => sid),
        2,
      );
    },
  );

  it('not one in flight whose name the upstream rewrites to the same', async () => {
    const { gateway, sandbox } = await start({
      sandbox: {
        faults: ({ index }) => {
          for (const campaign of both.sandbox.state.campaigns()) campaign.name = diwali.name;
          return [{ kind: 'delay', when: 'after', delayMs: 500 } as const, { kind: 'reset' } as const][index];
        },
      },
    });
    const first = createdSid(gateway, { ...diwali, name: 'Diwali  offer' });
    while (posts(sandbox) === 0) await turn();
    expectOneEach([await createdSid(gateway, diwali), await first], 2);
  });
});

describe('a refused create', () => {
  it.each<[Fault, string]>([
    [{ kind: 'status', status: 400 }, 'REJECTED_BY_UPSTREAM'],
    [{ kind: 'status', status: 402 }, 'REJECTED_BY_UPSTREAM'],
    [{ kind: 'status', status: 409 }, 'DUPLICATE'],
    [{ kind: 'failed-item', status: 409 }, 'DUPLICATE'],
    [{ kind: 'status', status: 401 }, 'UPSTREAM_UNAUTHORIZED'],
  ])('with %j frees its key, also for another input', async (fault, code) => {
    const { gateway, sandbox } = await start({ sandbox: { faults: firstPost(fault) } });
    expect((await create(gateway, keyed)).codes).toEqual([code]);
    expect([await createdSid(gateway, { ...keyed, template: 'Mended' })]).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(2);
  });

  it('with 429 is sent again later, and creates one campaign', async () => {
    const { gateway, sandbox } = await start({
      sandbox: { faults: firstPost({ kind: 'status', status: 429, retryAfterSeconds: 1 }) },
    });
    const sid = await createdSid(gateway, keyed);
    expect(sidsOf(sandbox)).toEqual([sid]);
    const [refused, taken] = sandbox.calls;
    expect((taken?.at ?? 0) - (refused?.at ?? 0)).toBeGreaterThanOrEqual(1000);
    expect(sandbox.calls).toHaveLength(2);
  });

  it('and an invalid input before it leave the key free', async () => {
    const { gateway, sandbox } = await start({});
    expect((await create(gateway, { ...keyed, senderId: '123' })).codes).toEqual(['INVALID']);
    expect(sandbox.calls).toEqual([]);
    expect([await createdSid(gateway, keyed)]).toEqual(sidsOf(sandbox));
  });

  it.each([true, false])('as a duplicate is searched for (searched before: %s)', async (canLook) => {
    let isUp = canLook;
    const { gateway, sandbox } = await start({
      sandbox: {
        faults: ({ method }) => {
          if (method === 'GET') return isUp ? undefined : { kind: 'garbage' };
          if (posts(both.sandbox) === 1) return { kind: 'reset' };
          both.sandbox.state.insert(diwaliAlready); // the first was taken late
          return { kind: 'failed-item' };
        },
      },
    });
    if (!canLook) expect((await create(gateway, keyed)).codes).toEqual(['OUTCOME_UNKNOWN']);
    isUp = true;
    expect([await createdSid(gateway, keyed)]).toEqual(sidsOf(sandbox));
    expect(posts(sandbox)).toBe(2);
  });
});
