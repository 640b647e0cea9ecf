import { beforeEach, describe, expect, it } from '@jest/globals';
import { MemoryState } from '../../../../src/datasources/state/memory-state.js';
import { KeyedCreates, type KeyedCreate } from '../../../../src/datasources/writing/keyed-creates.js';
import { done, OutcomeUnknown, refused } from '../../../../src/datasources/writing/outcome.js';
import { nothingSent } from '../../../../src/datasources/writing/create.js';
import { GatewayError, problem } from '../../../../src/domain/errors.js';
import { type Campaign } from '../../../../src/schema/campaign.js';

/** A store that can be unreachable, for all commands or for changes only. */
class FailingState extends MemoryState {
  failing: 'none' | 'all' | 'changes' = 'none';

  override async read(key: string) {
    if (this.failing === 'all') throw unavailable();
    return super.read(key);
  }
  override async insert(key: string, text: string, ttlMs: number) {
    if (this.failing !== 'none') throw unavailable();
    return super.insert(key, text, ttlMs);
  }
  override async swap(key: string, from: string, to: string, ttlMs: number) {
    if (this.failing !== 'none') throw unavailable();
    return super.swap(key, from, to, ttlMs);
  }
  override async remove(key: string, text: string) {
    if (this.failing !== 'none') throw unavailable();
    return super.remove(key, text);
  }
}

const unavailable = () => new GatewayError('UPSTREAM_UNAVAILABLE', 'gone');
const nowMs = Date.UTC(2026, 4, 1);
const campaign = {
  ...{ sid: 's', id: 'i', accountSid: 'a', name: 'Diwali', status: 'CREATED', createdAt: '', fetchedAt: '' },
  ...{ schedule: {}, stats: {}, lists: [], availableActions: [] },
} as unknown as Campaign;
const sent = { ...nothingSent, sentAtMs: nowMs, settledByMs: nowMs, isEnded: false };

let state: FailingState;
let creates: KeyedCreates;
const open = () =>
  new KeyedCreates({ state, now: () => nowMs, forwardNow: () => nowMs, sleep: () => Promise.resolve() });
beforeEach(() => {
  state = new FailingState(() => nowMs, 1_000_000);
  creates = open();
});

const request = (run: KeyedCreate['run']): KeyedCreate => ({
  key: 'once',
  draft: { name: 'Diwali' },
  name: 'Diwali',
  problems: () => [],
  run,
});
const errorOf = (through: KeyedCreates, run: KeyedCreate['run']) =>
  through.once(request(run)).then(
    () => undefined,
    (error: unknown) => error,
  );
const isNotRun = () => Promise.reject(new Error('it was run'));
const lost: KeyedCreate['run'] = async (lease) => {
  await lease.note(sent);
  throw new OutcomeUnknown('Diwali');
};

describe('a create with a key whose store is unreachable', () => {
  it.each([
    ['was lost', lost],
    ['was done', () => Promise.resolve(done(campaign))],
    [
      'was sent when the store failed',
      async (lease: Parameters<KeyedCreate['run']>[0]) => {
        await lease.note(sent);
        state.failing = 'all';
        throw new OutcomeUnknown('Diwali');
      },
    ],
  ])('has an unknown outcome where an earlier one through this gateway %s', async (_what, run) => {
    await errorOf(creates, run);
    state.failing = 'all';
    for (let times = 0; times < 2; times += 1)
      expect(await errorOf(creates, isNotRun)).toMatchObject({
        code: 'OUTCOME_UNKNOWN',
        extensions: { campaignName: 'Diwali' },
      });
  });

  it.each(['all', 'changes'] as const)(
    'has an unknown outcome where this gateway has seen the record of a lost one (%s fail)',
    async (failing) => {
      await errorOf(creates, lost);
      const other = open();
      state.failing = 'changes';
      expect(await errorOf(other, isNotRun)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
      state.failing = failing;
      expect(await errorOf(other, isNotRun)).toMatchObject({ code: 'OUTCOME_UNKNOWN' });
    },
  );

  it('is unavailable where this gateway knows of none, and says that an earlier one may have created it', async () => {
    await errorOf(creates, lost);
    state.failing = 'all';
    const error = await errorOf(open(), isNotRun);
    expect(error).toMatchObject({
      code: 'UPSTREAM_UNAVAILABLE',
      message: expect.stringMatching(/This request created nothing; .* not known\. Repeat/),
    });
  });

  it.each([
    ['was refused', () => Promise.resolve(refused(problem('DUPLICATE', null, 'no')))],
    ['sent nothing', () => Promise.reject(unavailable())],
  ])('is unavailable where the earlier one %s', async (_what, run) => {
    await errorOf(creates, run);
    state.failing = 'all';
    expect(await errorOf(creates, isNotRun)).toMatchObject({ code: 'UPSTREAM_UNAVAILABLE' });
  });
});
