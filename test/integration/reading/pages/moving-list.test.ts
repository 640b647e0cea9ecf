import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type Sandbox, startSandbox } from '../../../../src/sandbox/sandbox.js';
import {
  type CampaignOrderField,
  CampaignPageDocument,
  type OrderDirection,
} from '../../../operations/generated.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../../support/gateway/gateway-under-test.js';
import { walkBackwards, walkForwards, type WalkStep } from '../../../support/operations/page-walk.js';
import { limitOf, runsOf } from '../../../support/property-runs.js';

const minuteMs = 60_000;
let now = Date.parse('2026-05-01T10:00:00Z');
let sandbox: Sandbox;
const gateways = new Map<string, GatewayUnderTest>();

beforeAll(async () => {
  sandbox = await startSandbox({ ...credentials, clock: () => now, seed: 'empty' });
  for (const cache of ['on', 'off'])
    gateways.set(cache, await startGatewayOn(sandbox.baseUrl, { CACHE: cache }, () => now));
});
afterAll(async () => {
  for (const gateway of gateways.values()) await gateway.close();
  await sandbox.close();
});

/** What happens to the list between two pages; numbers are taken modulo what there is. */
interface Move {
  readonly kind: 'insert' | 'remove' | 'restart' | 'status';
  readonly at: number;
  readonly startsIn: number;
}

interface Walk {
  readonly starts: readonly number[];
  readonly moves: readonly (readonly Move[])[];
  readonly size: number;
  readonly field: CampaignOrderField;
  readonly direction: OrderDirection;
}

let inserted = 0;
/** The earliest start, after the end of the walk: in the sandbox a start time changes once the campaign has started. */
let earliestStart = 0;
function insert(startsIn: number): string {
  inserted += 1;
  // Names repeat, and so do starts: what is equal in order must still have one place.
  const name = `Campaign ${'ABCD'[startsIn % 4] ?? ''} ${String(startsIn % 7)}`;
  const sid = `${String((inserted * 7919) % 100_000).padStart(8, '0')}${String(inserted).padStart(24, '0')}`;
  return sandbox.state.insert({ sid, name, startsAt: earliestStart + startsIn * minuteMs }).sid;
}

/** Fills the list anew; answers what makes the next moves, and who was there all along, unmoved. */
function begin(walk: Walk): { move: () => void; stayed: () => string[] } {
  for (const { sid } of sandbox.state.campaigns()) sandbox.state.remove(sid);
  earliestStart = now + 24 * 60 * minuteMs;
  const stayed = new Set(walk.starts.map(insert));
  let step = 0;
  const move = (): void => {
    now += 6000; // what was kept of the list is no longer fresh
    for (const { kind, at, startsIn } of walk.moves[step] ?? []) {
      const campaigns = sandbox.state.campaigns();
      const chosen = campaigns[at % Math.max(1, campaigns.length)];
      if (kind === 'insert') insert(startsIn);
      if (!chosen) continue;
      if (kind === 'remove') sandbox.state.remove(chosen.sid);
      if (kind === 'restart') chosen.startsAt = earliestStart + startsIn * minuteMs;
      if (kind === 'status') sandbox.state.setStatus(chosen.sid, 'paused');
      if (kind === 'remove' || (kind === 'restart' && walk.field === 'START_TIME')) stayed.delete(chosen.sid);
    }
    step += 1;
  };
  return { move, stayed: () => [...stayed] };
}

async function walkOf(cache: string, walk: Walk, way: typeof walkForwards): Promise<void> {
  const gateway = gateways.get(cache);
  if (!gateway) throw new Error('no such gateway');
  const { move, stayed } = begin(walk);
  now += 3_600_001; // and nothing of the walk before
  const orderBy = { field: walk.field, direction: walk.direction };
  const read = async (step: WalkStep) => {
    const { campaigns } = await gateway.data(CampaignPageDocument, { ...step, orderBy });
    move();
    return campaigns;
  };
  const seen = await way(walk.size, read);
  const times = new Map<string, number>();
  for (const sid of seen) times.set(sid, (times.get(sid) ?? 0) + 1);
  expect(stayed().filter((sid) => times.get(sid) !== 1)).toEqual([]);
}

const anyStart = fc.nat(40); // few moments for many campaigns: ties
const anyMove: fc.Arbitrary<Move> = fc.record({
  kind: fc.constantFrom('insert', 'remove', 'restart', 'status'),
  at: fc.nat(500),
  startsIn: anyStart,
});
const anyWalk = (kinds: readonly Move['kind'][]): fc.Arbitrary<Walk> =>
  fc.record({
    starts: fc.array(anyStart, { minLength: 1, maxLength: 150 }),
    moves: fc.array(
      fc.array(
        anyMove.filter(({ kind }) => kinds.includes(kind)),
        { maxLength: 5 },
      ),
      { maxLength: 20 },
    ),
    size: fc.integer({ min: 1, max: 60 }),
    field: fc.constantFrom('START_TIME', 'NAME'),
    direction: fc.constantFrom('ASC', 'DESC'),
  });
const runs = { numRuns: runsOf(25), ...limitOf(20_000) };

describe.each(['off', 'on'])('rows that stay are shown exactly once, with CACHE=%s', (cache) => {
  it.each([
    ['forwards', walkForwards],
    ['backwards', walkBackwards],
  ] as const)('%s, while others are added, deleted and change their status', (_way, way) =>
    fc.assert(
      fc.asyncProperty(anyWalk(['insert', 'remove', 'status']), (walk) => walkOf(cache, walk, way)),
      runs,
    ),
  );

  it.each([
    ['forwards', walkForwards],
    ['backwards', walkBackwards],
  ] as const)('%s, while others are added, deleted and change their start', (_way, way) =>
    fc.assert(
      fc.asyncProperty(anyWalk(['insert', 'remove', 'restart', 'status']), (walk) =>
        walkOf(cache, walk, way),
      ),
      runs,
    ),
  );
});

describe('after a cursor whose row is deleted, among rows with equal sort keys', () => {
  const noMoves = { starts: [], moves: [], size: 3, field: 'NAME', direction: 'ASC' } as const;
  const orderBy = { field: 'NAME', direction: 'ASC' } as const;

  interface Draft {
    readonly name: string;
    readonly sid?: string;
  }

  /** Reads the first rows, removes some of them, the last among them, and reads on: all behind must follow. */
  async function expectTheRest(drafts: readonly Draft[], first = 3, gone = [first - 1]): Promise<void> {
    begin(noMoves);
    now += 3_600_001;
    for (const draft of drafts) sandbox.state.insert(draft);
    const gateway = gateways.get('off');
    const read = async (step: WalkStep) => {
      const data = await gateway?.data(CampaignPageDocument, { ...step, orderBy });
      return { sids: data?.campaigns.edges.map(({ node }) => node?.sid ?? ''), ...data?.campaigns.pageInfo };
    };
    const { sids: all } = await read({ first: 50 });
    const page = await read({ first });
    for (const index of gone) sandbox.state.remove(all?.[index] ?? '');
    expect((await read({ first: 50, after: page.endCursor ?? null })).sids).toEqual(all?.slice(first));
  }
  const same = (count: number): Draft[] =>
    Array.from({ length: count }, (_, n) => ({ name: 'Same', sid: String(n).padStart(32, '0') }));

  it.each([1, 2, 3, 5])('every row after it is shown once, of %i more', (more) =>
    expectTheRest(same(3 + more)),
  );

  it('every row after it is shown once if the two before it are deleted too', () =>
    expectTheRest(same(9), 5, [2, 3, 4]));

  it('every row after it is shown once if the three before it are deleted too', () =>
    expectTheRest(same(9), 5, [1, 2, 3, 4]));

  it('every row after it is shown once if campaigns were created in the same second', () =>
    expectTheRest(Array.from({ length: 6 }, () => ({ name: 'Same' }))));

  it('every row after it is shown once if names differ in case only', () =>
    expectTheRest(
      ['A 0', 'a 5', 'A 5', 'B 2'].map((name, n) => ({ name, sid: String(n).padStart(32, '0') })),
    ));
});

describe('paging a list that does not move', () => {
  it('costs at most two calls for 100 campaigns by 20', async () => {
    begin({
      starts: Array.from({ length: 100 }, (_, index) => index),
      moves: [],
      size: 20,
      field: 'NAME',
      direction: 'ASC',
    });
    now += 3_600_001;
    sandbox.calls.splice(0);
    const gateway = gateways.get('on');
    const sids = await walkForwards(20, async (step) => {
      const page = await gateway?.data(CampaignPageDocument, { ...step });
      if (!page) throw new Error('no such gateway');
      return page.campaigns;
    });
    expect(new Set(sids).size).toBe(100);
    expect(sandbox.calls.length).toBeLessThanOrEqual(2);
  });
});
