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
/** Of two gateways that share a state. */
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

/** What it makes of it. */
const rowOf = (create: Create, changes: Partial<Campaign> = {}): Campaign =>
  campaignOf(create.draft, new Date(start + 1000), changes);

const ours = createOf('ours');
const mayBeAnothers = async (row = rowOf(ours), seen = none, create = ours): Promise<boolean> =>
  (await here.rivalsOf(create)).mayHaveMade({ row, aheadMs: 0 }, seen);

describe('a campaign that looks like one of ours may be that of another create', () => {
  it.each<[string, CampaignDraft, boolean, boolean]>([
    ['the same, on its way', {}, true, true],
    ['the same, lost: either may have it', {}, false, false],
    ['one that is written alike, on its way', { name: 'Big  Sale' }, true, true],
    ['one that is written alike, lost', { name: 'BIG_SALE' }, false, true],
    ['one of another name', { name: 'Small Sale' }, true, false],
    ['one of another text', { template: 'Another' }, true, false],
    ['one of another list', { lists: ['another'] }, true, false],
    ['one for another time', { schedule: { startTime: new Date(start + 600 * minute) } }, true, false],
  ])('%s', async (_which, changes, isInFlight, expected) => {
    await there.note(createOf('theirs', changes as { name?: string }), sent, isInFlight);
    expect(await mayBeAnothers()).toBe(expected);
  });

  it('but not of our own', async () => {
    await here.note(ours, sent, true);
    expect(await mayBeAnothers()).toBe(false);
  });

  it('until that one has ended', async () => {
    await there.note(createOf('theirs'), sent, true);
    expect(await mayBeAnothers()).toBe(true);
    await there.note(createOf('theirs'), nothingSent, false);
    expect(await mayBeAnothers()).toBe(false);
  });

  it('or until it must have ended, where its gateway died', async () => {
    await there.note(createOf('theirs'), sent, true);
    nowMs = sent.settledByMs;
    expect(await mayBeAnothers()).toBe(false);
  });

  it('and not of one that was sent at another time', async () => {
    const late = { ...sent, sentAtMs: start + 20 * minute, settledByMs: start + 21 * minute };
    await there.note(createOf('theirs', { name: 'Big  Sale' }), late, false);
    expect(await mayBeAnothers()).toBe(false);
  });

  it('and not of one whose own name is in the list as it was sent', async () => {
    await there.note(createOf('theirs', { name: 'Big  Sale' }), sent, false);
    expect(await mayBeAnothers(rowOf(ours), new Set(['Big Sale', 'Big  Sale']))).toBe(false);
    expect(await mayBeAnothers(rowOf(ours, { name: 'Big  Sale' }), new Set(['Big  Sale']))).toBe(true);
  });

  it('where its name was cut, a whole one goes before', async () => {
    const long = 'Big Sale of the whole year in Mumbai';
    await there.note(createOf('theirs', { name: `${long} and Pune` }), sent, false);
    const whole = createOf('ours', { name: long });
    expect(await mayBeAnothers(rowOf(whole), none, whole)).toBe(false);
    const alsoCut = createOf('ours', { name: `${long} and Delhi` });
    const row = rowOf(alsoCut, { name: long });
    expect(await mayBeAnothers(row, none, alsoCut)).toBe(true);
  });
});

describe('what is noted at once', () => {
  it('by two gateways, none of it is lost', async () => {
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

describe('who looks waits for those that its own process is sending', () => {
  it('until the last has ended, however', async () => {
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

  it('and not for itself', async () => {
    const sending = here.track(ours, () => new Promise(setImmediate));
    expect(await here.waitForOthers('ours')).toBe(false);
    await sending;
  });
});
