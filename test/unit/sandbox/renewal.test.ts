import { afterEach, describe, expect, it } from '@jest/globals';
import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import { RUNNING_PERIOD_MS } from '../../../src/sandbox/renewal.js';
import { seedDemo } from '../../../src/sandbox/seed/demo.js';
import { EXAMPLES } from '../../../src/sandbox/seed/demo.js';
import { SandboxState } from '../../../src/sandbox/state.js';
import { NOON, SandboxUnderTest } from './sandbox-under-test.js';
import { runsOf } from '../../support/property-runs.js';

const SECOND = 1_000;
const HOUR = 3_600 * SECOND;

/** A seeded state with a settable clock. */
function seeded(speed: number, start = NOON) {
  const clock = { now: start };
  const state = new SandboxState({ accountSid: 'exotel', clock: () => clock.now, speed });
  seedDemo(state);
  return { clock, state };
}

const running = EXAMPLES.filter(({ status }) => status === 'in-progress').map(({ sid }) => sid);
const others = EXAMPLES.filter(({ status }) => status !== 'in-progress');
const [watched = ''] = EXAMPLES.filter(({ status }) => status === 'paused').map(({ sid }) => sid);

describe('docs/sandbox.md', () => {
  it('lists exactly the examples of the code', () => {
    const page = readFileSync('docs/sandbox.md', 'utf8');
    const rows = [...page.matchAll(/^\| `([\w-]+)` \| `([0-9a-f]{32})` \|/gm)];
    expect(rows.map(([, status, sid]) => ({ status, sid }))).toEqual(
      EXAMPLES.map(({ status, sid }) => ({ status, sid })),
    );
  });
});

describe('the self-renewing examples', () => {
  it('have their documented statuses at any time, and at least one is in progress', () => {
    const speeds = fc.constantFrom(1, 7, 60, 1_000, 100_000);
    const steps = fc.array(fc.integer({ min: 1, max: 3 * 86_400_000 }), { minLength: 1, maxLength: 6 });
    fc.assert(
      fc.property(speeds, steps, (speed, waits) => {
        const { clock, state } = seeded(speed);
        for (const wait of waits) {
          clock.now += wait;
          expect(others.map(({ sid }) => state.get(sid).status)).toEqual(others.map(({ status }) => status));
          expect(running.map((sid) => state.get(sid).status)).toContain('in-progress');
        }
      }),
      { numRuns: runsOf(30) },
    );
  });

  it('do not change with the number of reads', () => {
    fc.assert(
      fc.property(fc.integer({ min: 1, max: 300_000 }), (total) => {
        const [often, once] = [seeded(60), seeded(60)];
        for (let at = 0; at < total; at += 7_919) {
          often.clock.now = NOON + at;
          often.state.campaigns();
        }
        often.clock.now = once.clock.now = NOON + total;
        expect(often.state.campaigns()).toEqual(once.state.campaigns());
      }),
      { numRuns: runsOf(10) },
    );
  });

  it('do not change the number of campaigns', () => {
    const { clock, state } = seeded(60);
    const sids = state.campaigns().map(({ sid }) => sid);
    clock.now += HOUR;
    expect(state.campaigns().map(({ sid }) => sid)).toEqual(sids);
  });

  it('complete, stay completed for five virtual minutes, and start again', () => {
    const { clock, state } = seeded(60);
    const [sid = ''] = running;
    clock.now += RUNNING_PERIOD_MS; // from now on the phase is known
    const { startsAt } = state.get(sid);
    const beginsAgainAt = startsAt + RUNNING_PERIOD_MS / 60;
    clock.now = beginsAgainAt - 4 * SECOND;
    expect(state.get(sid)).toMatchObject({ status: 'completed', startsAt });
    clock.now = beginsAgainAt;
    expect(state.get(sid)).toMatchObject({ status: 'in-progress', startsAt: beginsAgainAt });
  });
});

describe('an example in use', () => {
  let test: SandboxUnderTest | undefined;
  afterEach(async () => {
    await test?.stop();
  });
  const start = async () => {
    const started = (test = await SandboxUnderTest.start({ seed: 'demo', speed: 60 }));
    return { test: started, act: async (action: string) => (await started.act(watched, action)).status };
  };

  it('is paused again some seconds after its end, and can be resumed', async () => {
    const { test, act } = await start();
    for (let round = 0; round < 3; round += 1) {
      expect((await test.get(watched)).status).toBe('paused');
      expect(await act('resume')).toBe(200);
      test.now += 70 * SECOND;
      expect((await test.get(watched)).status).toBe('paused');
    }
  });

  it('keeps its status for a while after each action', async () => {
    const { test, act } = await start();
    for (const [action, status] of [
      ['resume', 'in-progress'],
      ['pause', 'paused'],
      ['complete', 'completed'],
      ['archive', 'archived'],
    ] as const) {
      expect(await act(action)).toBe(200);
      test.now += 4 * SECOND;
      expect((await test.get(watched)).status).toBe(status);
    }
    test.now += SECOND;
    const { status, stats, report_url } = await test.get(watched);
    expect([status, report_url, stats['failed-no-attempt']]).toEqual(['paused', null, 0]);
  });
});
