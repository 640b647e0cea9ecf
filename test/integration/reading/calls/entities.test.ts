import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import { ask } from '../../../support/clients/ask.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let now = Date.parse('2026-05-01T10:00:00Z');
/** How long a call takes. */
let durationMs = 0;

beforeAll(async () => {
  sandbox = await startSandbox({
    ...credentials,
    clock: () => now,
    seed: 'demo',
    faults: () => {
      now += durationMs;
      return undefined;
    },
  });
  gateway = await startGatewayOn(sandbox.baseUrl, {}, () => now);
});
beforeEach(() => {
  durationMs = 0;
  now += 3_600_000; // nothing that was read before is fresh
  sandbox.calls.splice(0);
});
afterAll(async () => {
  await gateway.close();
  await sandbox.close();
});

const reference = (sid: string) => ({ __typename: 'Campaign', sid });
/** The campaigns that start latest. */
const newest = (count: number): string[] =>
  [...sandbox.state.campaigns()]
    .sort((a, b) => b.startsAt - a.startsAt)
    .slice(0, count)
    .map(({ sid }) => sid);

const entitiesWith = (fields: string): string =>
  `query ($representations: [_Any!]!) {
    _entities(representations: $representations) { __typename ... on Campaign { ${fields} } }
  }`;

interface Entities {
  readonly _entities: readonly ({ readonly __typename: string; readonly sid: string } | null)[];
}

/** Asks for entities as a router does. */
const entities = (representations: readonly unknown[], fields = 'sid name status') =>
  ask<Entities>(gateway, entitiesWith(fields), { variables: { representations } });

describe('_entities', () => {
  it('are read as one batch: 40 recent campaigns in one call, in the requested order', async () => {
    const sids = newest(40).reverse();
    const { data } = await entities(sids.map(reference));
    expect(data?._entities.map((entity) => entity?.sid)).toEqual(sids);
    expect(sandbox.calls).toHaveLength(1);
  });

  it('include campaigns that were fresh when the batch began, however long its calls take', async () => {
    const known = newest(1000).at(-1) ?? ''; // far behind the newest window
    await entities([reference(known)]);
    sandbox.calls.splice(0);
    durationMs = 11 * 60_000;
    const { data, errors } = await entities([known, 'nobody1', 'nobody2'].map(reference));
    expect(errors).toBeUndefined();
    expect(data?._entities.map((entity) => entity?.sid)).toEqual([known, undefined, undefined]);
    expect(sandbox.calls).toHaveLength(3);
  });

  it('cost no call if only sid is selected', async () => {
    const { data } = await entities([reference('a'), reference('b'), reference('a')], 'sid');
    expect(data?._entities).toEqual([reference('a'), reference('b'), reference('a')]);
    expect(sandbox.calls).toEqual([]);
  });

  it('are null for unknown sids, between the others', async () => {
    const [one = '', other = ''] = newest(2);
    const { data } = await entities([reference(one), reference('unknown'), reference(other)]);
    expect(data?._entities).toMatchObject([{ sid: one }, null, { sid: other }]);
  });

  it.each<[what: string, representation: unknown]>([
    ['of another type', { __typename: 'Message', sid: 'a' }],
    ['of a type that there is not', { __typename: 'Nothing', sid: 'a' }],
    ['without a type', { sid: 'a' }],
    ['without its key', { __typename: 'Campaign' }],
    ['with a blank key', { __typename: 'Campaign', sid: ' ' }],
    ['with a key that is not text', { __typename: 'Campaign', sid: { a: 1 } }],
    ['with a key that has no text', { __typename: 'Campaign', sid: { toString: 'x' } }],
    ['that is a text', 'Campaign'],
    ['with a key that could leave its path', { __typename: 'Campaign', sid: '..' }],
  ])('%s: an error at its path, and the others are resolved', async (_what, representation) => {
    const [sid = ''] = newest(1);
    const { data, errors } = await entities([representation, reference(sid)]);
    expect(data?._entities).toMatchObject([null, { sid }]);
    expect(errors).toMatchObject([{ path: ['_entities', 0], extensions: { code: 'BAD_USER_INPUT' } }]);
  });

  it('of which only messages are selected are null for unknown sids, without a further call', async () => {
    const [known = ''] = newest(1);
    const { data, errors } = await entities(
      [reference('unknown'), reference(known)],
      'sid messages(first: 5) { nodes { sid } }',
    );
    expect(errors).toBeUndefined();
    expect(data?._entities.map((entity) => entity?.sid)).toEqual([undefined, known]);
    expect(sandbox.calls).toHaveLength(2);
  });

  it('cost at most MAX_UPSTREAM_CALLS, for any number and age of campaigns', async () => {
    const sids = newest(Infinity);
    expect(sids.length).toBeGreaterThan(100);
    const { data } = await entities(sids.map(reference));
    expect(data?._entities.map((entity) => entity?.sid)).toEqual(sids);
    expect(sandbox.calls.length).toBeLessThanOrEqual(3);
  });

  it('over the limit are QUERY_TOO_EXPENSIVE one by one', async () => {
    const unknown = Array.from({ length: 40 }, (_, index) => reference(`sid-${String(index)}`));
    const { data, errors = [] } = await entities(unknown);
    expect(data?._entities).toEqual(unknown.map(() => null));
    for (const { extensions } of errors)
      expect(extensions).toMatchObject({ code: 'QUERY_TOO_EXPENSIVE', estimate: 41, limit: 21 });
    expect(errors.length).toBeGreaterThanOrEqual(20);
    expect(sandbox.calls.length).toBeLessThanOrEqual(21);
  });

  it('count in the cost estimate', async () => {
    const strict = await startGatewayOn(sandbox.baseUrl, { MAX_UPSTREAM_CALLS: '10' }, () => now);
    try {
      const representations = newest(40).map(reference);
      const { errors } = await ask(strict, entitiesWith('name'), { variables: { representations } });
      expect(errors).toMatchObject([
        { extensions: { code: 'QUERY_TOO_EXPENSIVE', estimate: 21, limit: 10 } },
      ]);
      expect(sandbox.calls).toEqual([]);
    } finally {
      await strict.close();
    }
  });
});

describe('_entities of campaigns far behind the newest', () => {
  const count = 1200;
  let large: Sandbox;
  let strict: GatewayUnderTest;
  let sids: string[];
  beforeEach(async () => {
    large = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
    const one = (age: number) => ({
      status: 'completed' as const,
      audience: 1,
      startsAt: now - (age + 2) * 60_000,
      endsAt: now - 60_000,
    });
    sids = Array.from({ length: count }, (_, age) => large.state.insert(one(age)).sid);
    strict = await startGatewayOn(large.baseUrl, { EXOTEL_RATE_LIMIT: '0' }, () => now);
  });
  afterEach(async () => {
    await strict.close();
    await large.close();
  });

  /** Repeats a batch until all of it was returned. @returns the calls of each request. */
  async function repeatUntilWhole(wanted: readonly string[], pauseMs: number): Promise<number[]> {
    const variables = { representations: wanted.map(reference) };
    for (const calls: number[] = []; ; now += pauseMs) {
      const { errors } = await ask(strict, entitiesWith('sid name status'), { variables });
      calls.push(large.calls.splice(0).length);
      if (!errors || calls.length === 20) return calls;
    }
  }

  it.each([
    // one by one, since the list has more windows
    { wanted: 22, every: 1, pauseMs: 0, requests: 2, calls: 24 },
    { wanted: 22, every: 3, pauseMs: 6000, requests: 2, calls: 24 },
    // window by window
    { wanted: 40, every: 1, pauseMs: 0, requests: 2, calls: 25 },
    { wanted: 200, every: 1, pauseMs: 6000, requests: 2, calls: 26 },
    { wanted: 200, every: 6, pauseMs: 0, requests: 2, calls: 25 },
    { wanted: 200, every: 6, pauseMs: 6000, requests: 2, calls: 45 },
  ])(
    'are all returned when a batch is repeated: %j',
    async ({ wanted, every, pauseMs, requests, calls: most }) => {
      const last = sids.filter((_, index) => (count - 1 - index) % every === 0).slice(-wanted);
      const calls = await repeatUntilWhole(last, pauseMs);
      expect(calls.length).toBeLessThanOrEqual(requests);
      expect(calls.reduce((sum, each) => sum + each, 0)).toBeLessThanOrEqual(most);
      expect(Math.max(...calls)).toBeLessThanOrEqual(21);
    },
  );

  it('leave all other calls of the batch to campaigns that are in none of the windows just read', async () => {
    for (let offset = 0; offset < count; offset += 200)
      await repeatUntilWhole(sids.slice(offset, offset + 200), 0);
    const unknown = Array.from({ length: 18 }, (_, index) => `unknown${index}`);
    const variables = { representations: [...sids.slice(0, 150), ...unknown].map(reference) };
    const headers = { 'cache-control': 'no-cache' };
    const { data, errors } = await ask<Entities>(strict, entitiesWith('sid name'), { variables, headers });
    expect(errors).toBeUndefined();
    expect(data?._entities.map((entity) => entity?.sid)).toEqual([
      ...sids.slice(0, 150),
      ...unknown.map(() => undefined),
    ]);
    expect(large.calls.length).toBeLessThanOrEqual(3 + unknown.length);
  });

  it.each([
    { from: 1000, wanted: 30, grownBy: 60, calls: 2 },
    { from: 1000, wanted: 30, grownBy: 20, calls: 1 + 1 },
    { from: 800, wanted: 200, grownBy: 300, calls: 4 + 4 },
  ])(
    'are read in the windows that they have moved to: %j',
    async ({ from, wanted, grownBy, calls: most }) => {
      const variables = { representations: sids.slice(from, from + wanted).map(reference) };
      for (let offset = 0; offset < count; offset += 200)
        await repeatUntilWhole(sids.slice(offset, offset + 200), 0);
      for (let age = 0; age < grownBy; age += 1)
        large.state.insert({ status: 'completed', audience: 1, startsAt: now - 1000, endsAt: now });
      now += 11 * 60_000; // the campaigns are no longer fresh
      const { errors } = await ask(strict, entitiesWith('sid name status'), { variables });
      expect(errors).toBeUndefined();
      expect(large.calls.length).toBeLessThanOrEqual(most);
    },
  );
});

describe('_entities of campaigns that are newer than a fresh newest window', () => {
  it.each([
    [4, 1, 'that window is read again'],
    [36, 1, 'that window is read again'],
    [3, 3, 'they are probably old ones'],
  ])('cost, for %i of them, %i calls: %s', async (count, calls) => {
    await ask(gateway, '{ campaigns(first: 20) { nodes { sid } } }');
    sandbox.calls.splice(0);
    const made = Array.from({ length: count }, (_, index) =>
      sandbox.state.insert({ startsAt: now + 400 * 86_400_000 + index * 60_000 }),
    );
    const { data, errors } = await entities(made.map(({ sid }) => reference(sid)));
    expect(errors).toBeUndefined();
    expect(data?._entities.map((entity) => entity?.sid)).toEqual(made.map(({ sid }) => sid));
    expect(sandbox.calls).toHaveLength(calls);
  });
});
