import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../../../../src/datasources/state/memory-state.js';
import { type Create, nothingSent, type Progress } from '../../../../../src/datasources/writing/create.js';
import { OutstandingCreates } from '../../../../../src/datasources/writing/look-up/outstanding-creates.js';
import { type CampaignDraft } from '../../../../../src/domain/rules/draft.js';
import { type Campaign } from '../../../../../src/schema/campaign.js';
import { draftWith } from '../../../domain/drafts.js';
import { campaignOf } from '../../../domain/rules/campaigns.js';

const start = Date.parse('2026-05-01T10:00:00Z');
const minute = 60_000;
const sent: Progress = {
  sentAtMs: start,
  settledByMs: start + 40_000,
  isEnded: false,
  marks: [],
  suspects: [],
};
const none: ReadonlySet<string> = new Set();

let nowMs: number;
/** The outstanding creates of two gateways with a shared state. */
let here: OutstandingCreates;
let there: OutstandingCreates;
beforeEach(() => {
  nowMs = start;
  const state = new MemoryState(() => nowMs, 10_000_000);
  [here, there] = [new OutstandingCreates(state, () => nowMs), new OutstandingCreates(state, () => nowMs)];
});

function createOf(id: string, changes: CampaignDraft & { readonly name?: string } = {}): Create {
  const named = { ...draftWith(), name: 'Big Sale', ...changes };
  return { id, draft: named, isNameOurs: false, log: undefined as never, origin: undefined as never };
}

/** The campaign that the upstream makes of a create. */
const rowOf = (create: Create, changes: Partial<Campaign> = {}): Campaign =>
  campaignOf(create.draft, new Date(start + 1000), changes);

const ours = createOf('ours');
const mayBeAnothers = async (row = rowOf(ours), seen = none, create = ours): Promise<boolean> =>
  (await here.rivalsOf(create)).mayHaveMade({ row, aheadMs: 0 }, seen);

describe('a similar campaign may belong to another create', () => {
  it.each<[string, CampaignDraft, boolean, boolean]>([
    ['with the same input, in flight', {}, true, true],
    ['with the same input and a lost response: either may own it', {}, false, false],
    ['with an equivalent spelling, in flight', { name: 'Big  Sale' }, true, true],
    ['with an equivalent spelling and a lost response', { name: 'BIG_SALE' }, false, true],
    ['with another name', { name: 'Small Sale' }, true, false],
    ['with another text', { template: 'Another' }, true, false],
    ['with another list', { lists: ['another'] }, true, false],
    ['with another start time', { schedule: { startTime: new Date(start + 600 * minute) } }, true, false],
  ])('%s', async (_which, changes, isInFlight, expected) => {
    await there.note(createOf('theirs', changes as { name?: string }), sent, isInFlight);
    expect(await mayBeAnothers()).toBe(expected);
  });

  it('but not to the create itself', async () => {
    await here.note(ours, sent, true);
    expect(await mayBeAnothers()).toBe(false);
  });

  it('until that create has ended', async () => {
    await there.note(createOf('theirs'), sent, true);
    expect(await mayBeAnothers()).toBe(true);
    await there.note(createOf('theirs'), nothingSent, false);
    expect(await mayBeAnothers()).toBe(false);
  });

  it('until that create must have ended, if its gateway crashed', async () => {
    await there.note(createOf('theirs'), sent, true);
    nowMs = sent.settledByMs;
    expect(await mayBeAnothers()).toBe(false);
  });

  it('unless that create was sent at another time', async () => {
    const late = { ...sent, sentAtMs: start + 20 * minute, settledByMs: start + 21 * minute };
    await there.note(createOf('theirs', { name: 'Big  Sale' }), late, false);
    expect(await mayBeAnothers()).toBe(false);
  });

  it('unless the exact name of that create is in the list', async () => {
    await there.note(createOf('theirs', { name: 'Big  Sale' }), sent, false);
    expect(await mayBeAnothers(rowOf(ours), new Set(['Big Sale', 'Big  Sale']))).toBe(false);
    expect(await mayBeAnothers(rowOf(ours, { name: 'Big  Sale' }), new Set(['Big  Sale']))).toBe(true);
  });

  it('unless this create has the exact name and the other one only a truncated one', async () => {
    const long = 'Big Sale of the whole year in Mumbai';
    await there.note(createOf('theirs', { name: `${long} and Pune` }), sent, false);
    const whole = createOf('ours', { name: long });
    expect(await mayBeAnothers(rowOf(whole), none, whole)).toBe(false);
    const alsoCut = createOf('ours', { name: `${long} and Delhi` });
    const row = rowOf(alsoCut, { name: long });
    expect(await mayBeAnothers(row, none, alsoCut)).toBe(true);
  });
});

describe('an identical create that was found while the upstream may still process it', () => {
  const found = (create: Create): Promise<void> =>
    there.found({ ...create, log: { progress: sent } as never });
  const mayComeLate = async (): Promise<boolean> => (await here.rivalsOf(ours)).mayComeLate;

  it('may yet get a campaign of its own, until that time', async () => {
    await found(createOf('theirs'));
    expect(await mayComeLate()).toBe(true);
    expect(await mayBeAnothers()).toBe(false);
    nowMs = sent.settledByMs;
    expect(await mayComeLate()).toBe(false);
  });

  it('gets none if it was found later, or was not identical', async () => {
    await found(createOf('another', { name: 'Big  Sale' }));
    nowMs = sent.settledByMs;
    await found(createOf('theirs'));
    expect(await mayComeLate()).toBe(false);
  });
});

describe('concurrent notes', () => {
  it('of two gateways are all stored', async () => {
    const creates = Array.from({ length: 60 }, (_, index) =>
      createOf(`create ${index}`, { name: `Sale ${index}` }),
    );
    await Promise.all(creates.map((create, index) => (index % 2 ? here : there).note(create, sent, true)));
    for (const create of creates) expect(await mayBeAnothers(rowOf(create))).toBe(true);
    await Promise.all(
      creates.map((create, index) => (index % 3 ? here : there).note(create, nothingSent, false)),
    );
    for (const create of creates) expect(await mayBeAnothers(rowOf(create))).toBe(false);
  });
});

describe('a look-up waits for the creates in flight of its process', () => {
  it('until the last has ended in any way', async () => {
    const ends: (() => void)[] = [];
    const sending = (id: string): Promise<void> =>
      here.track(createOf(id), () => new Promise((resolve) => ends.push(resolve)));
    const failing = here
      .track(createOf('fails'), () => Promise.reject(new Error('lost')))
      .catch(() => undefined);
    const all = [sending('one'), sending('other'), failing];
    let hasWaited: boolean | undefined;
    const waiting = here.waitForOthers('ours').then((were) => (hasWaited = were));
    ends[0]?.();
    await new Promise(setImmediate);
    expect(hasWaited).toBeUndefined();
    ends[1]?.();
    await Promise.all([waiting, ...all]);
    expect(hasWaited).toBe(true);
    expect(await here.waitForOthers('ours')).toBe(false);
  });

  it('does not wait for its own create', async () => {
    const sending = here.track(ours, () => new Promise(setImmediate));
    expect(await here.waitForOthers('ours')).toBe(false);
    await sending;
  });
});
