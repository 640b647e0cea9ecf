import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { type CampaignStatus } from '../../../src/sandbox/lifecycle.js';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import {
  callbackSettings,
  campaignCallback,
  type CampaignWithCallbacks,
  type CampaignSubscriber,
  createWithCallbacks,
  subscribeToCampaign,
  messageCallback,
} from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { leaveAll, postCallback, until } from '../../support/clients/subscribing.js';
import { runsOf } from '../../support/property-runs.js';

let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let time: HeldTimers;
let one: CampaignWithCallbacks;
let subscriber: CampaignSubscriber;

/** Milliseconds since `watch`. */
let elapsedMs: number;

beforeEach(async () => {
  fault = undefined;
  time = new HeldTimers();
  const at = time.now(); // the upstream changes only when the test does
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at, faults: () => fault },
    gateway: { now: time.now, environment: callbackSettings },
  }));
});
afterEach(() => {
  time.release();
});

/** A new campaign with one subscriber. */
async function watch(): Promise<void> {
  one = await createWithCallbacks(gateway);
  subscriber = await subscribeToCampaign(gateway, 'ws', one.sid);
  sandbox.calls.splice(0);
  elapsedMs = 0;
}

/** Lets time pass until this many milliseconds after `watch`, and waits for the calls that were made. */
async function passUntil(ms: number): Promise<void> {
  await time.pass(ms - elapsedMs);
  elapsedMs = ms;
  await settled();
}

async function settled(): Promise<void> {
  await ask(gateway, '{ __typename }');
  await until(() => sandbox.calls.every(({ status }) => status > 0));
  await ask(gateway, '{ __typename }');
}

let reports = 0;
/** The upstream reports a status; each report has its own time. */
async function report(status: CampaignStatus, url: string | null = null): Promise<void> {
  reports += 1;
  const updated = new Date(Date.UTC(2026, 4, 1) + reports * 1000).toISOString();
  const body = { ...campaignCallback(one.sid, status), date_updated: updated, reports: url };
  expect((await postCallback(one.campaignUrl, body)).status).toBe(200);
  await settled();
}

function show(status: CampaignStatus): void {
  sandbox.state.setStatus(one.sid, status);
}

describe('a reported status that the upstream shows late is published', () => {
  beforeEach(watch);

  it('if it is reported while the second read for another one is planned', async () => {
    await report('in-progress');
    await passUntil(3000);
    show('in-progress');
    await report('completed');
    await passUntil(5000);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS']);
    show('completed');
    await passUntil(10_000);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS', 'COMPLETED']);
    await passUntil(30_000);
    expect(sandbox.calls).toHaveLength(3);
  });

  it('if it is reported while that read is running', async () => {
    await report('in-progress');
    show('in-progress');
    fault = { kind: 'delay', delayMs: 300 };
    await time.pass(5000);
    elapsedMs = 5000;
    await until(() => sandbox.calls.length === 2);
    await report('completed');
    fault = undefined;
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS']);
    await passUntil(10_000);
    show('completed');
    await passUntil(15_000);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS', 'COMPLETED']);
    await passUntil(30_000);
    expect(sandbox.calls).toHaveLength(4);
  });

  it('if its callback comes before that of an earlier status', async () => {
    await postCallback(one.messageUrl, messageCallback(one.sid, 'm1', 'sent'));
    await passUntil(3000);
    await report('completed');
    await report('in-progress');
    show('in-progress');
    await passUntil(5000);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS']);
    show('completed');
    await passUntil(10_000);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS', 'COMPLETED']);
    await passUntil(30_000);
    expect(sandbox.calls).toHaveLength(3);
  });

  it('if it is the last of three in a row', async () => {
    for (const status of ['in-progress', 'paused', 'completed'] as const) await report(status);
    show('paused');
    await passUntil(5000);
    show('completed');
    await passUntil(10_000);
    expect(subscriber.statuses()).toEqual(['PAUSED', 'COMPLETED']);
    await passUntil(30_000);
    expect(sandbox.calls).toHaveLength(3);
  });

  it('if the campaign returns to a status that it had', async () => {
    show('in-progress');
    await report('in-progress');
    await passUntil(6000);
    await report('paused');
    await passUntil(7000);
    await report('in-progress');
    show('paused');
    await passUntil(11_000);
    show('in-progress');
    await passUntil(16_000);
    expect(subscriber.statuses()).toEqual(['IN_PROGRESS', 'PAUSED', 'IN_PROGRESS']);
    await passUntil(40_000);
    expect(sandbox.calls).toHaveLength(4);
  });

  it('if a message callback came before it', async () => {
    await postCallback(one.messageUrl, messageCallback(one.sid, 'm1', 'sent'));
    await passUntil(4000);
    await report('completed');
    await postCallback(one.messageUrl, messageCallback(one.sid, 'm2', 'sent'));
    await passUntil(5000);
    show('completed');
    await passUntil(10_000);
    expect(subscriber.statuses()).toEqual(['COMPLETED']);
    await passUntil(30_000);
    expect(sandbox.calls).toHaveLength(3);
  });

  it('if the second read fails', async () => {
    await report('completed');
    show('completed');
    fault = { kind: 'status', status: 403 };
    await passUntil(5000);
    expect(subscriber.statuses()).toEqual([]);
    fault = undefined;
    await passUntil(10_000);
    expect(subscriber.statuses()).toEqual(['COMPLETED']);
    await passUntil(30_000);
    expect(sandbox.calls).toHaveLength(3);
  });
});

describe('the reads for a callback are bounded', () => {
  beforeEach(watch);

  it('2 if the upstream never shows the reported status', async () => {
    await report('completed');
    await passUntil(40_000);
    expect(sandbox.calls).toHaveLength(2);
  });

  it.each(['campaign', 'message'])('4 after a %s callback if every read fails', async (kind) => {
    fault = { kind: 'status', status: 403 };
    if (kind === 'campaign') await report('completed');
    else await postCallback(one.messageUrl, messageCallback(one.sid, 'm1', 'sent'));
    for (let ms = 5000; ms <= 40_000; ms += 5000) await passUntil(ms);
    expect(sandbox.calls).toHaveLength(4);
  });
});

it('a reported report URL that the upstream shows late is published', async () => {
  await watch();
  show('completed');
  const campaign = sandbox.state.find(one.sid);
  if (campaign) campaign.reportUrl = null;
  const url = 'https://reports.example/1.csv';
  await report('completed', url);
  await passUntil(4000);
  if (campaign) campaign.reportUrl = url;
  await passUntil(40_000);
  expect(subscriber.statuses()).toEqual(['COMPLETED', 'COMPLETED']);
  expect(sandbox.calls).toHaveLength(2);
});

it('without subscribers a query between the callback and the change is not served for longer than 5 s', async () => {
  one = await createWithCallbacks(gateway);
  elapsedMs = 0;
  const status = async (): Promise<unknown> =>
    (await ask(gateway, `{ campaign(sid: "${one.sid}") { status } }`)).data;
  await report('completed');
  expect(await status()).toEqual({ campaign: { status: 'CREATED' } });
  show('completed');
  sandbox.calls.splice(0);
  await passUntil(5000);
  expect(sandbox.calls).toEqual([]);
  expect(await status()).toEqual({ campaign: { status: 'COMPLETED' } });
});

it('with any callbacks, and an upstream up to 4.9 s behind them, the last status is published within 10 s', async () => {
  const words = ['in-progress', 'paused', 'completed'] as const;
  const step = fc.record({
    gapMs: fc.integer({ min: 0, max: 6000 }),
    lagMs: fc.integer({ min: 0, max: 4900 }),
    status: fc.constantFrom(...words),
    hasMessage: fc.boolean(),
  });
  await fc.assert(
    fc.asyncProperty(fc.array(step, { minLength: 1, maxLength: 5 }), async (steps) => {
      await watch();
      const end = steps.findIndex(({ status }) => status === 'completed');
      const lived = end < 0 ? steps : steps.slice(0, end + 1);
      let atMs = 0;
      let shownAtMs = 0;
      const events: { atMs: number; run: () => unknown }[] = [];
      for (const { gapMs, lagMs, status, hasMessage } of lived) {
        atMs += gapMs;
        shownAtMs = Math.max(shownAtMs, atMs + lagMs);
        if (hasMessage)
          events.push({
            atMs: atMs - gapMs / 2,
            run: () => postCallback(one.messageUrl, messageCallback(one.sid, `m${atMs}`, 'sent')),
          });
        events.push(
          { atMs, run: () => report(status) },
          {
            atMs: shownAtMs,
            run: () => {
              show(status);
            },
          },
        );
      }
      for (const event of events.sort((a, b) => a.atMs - b.atMs)) {
        await passUntil(event.atMs);
        await event.run();
      }
      for (let ms = elapsedMs; ms < atMs + 10_000; ms += 1000) await passUntil(ms);
      await passUntil(atMs + 10_001);
      const last = lived.at(-1)?.status.toUpperCase().replace('-', '_');
      const { data } = await ask(gateway, `{ campaign(sid: "${one.sid}") { status } }`);
      expect(data).toEqual({ campaign: { status: last } });
      expect(subscriber.statuses().at(-1)).toBe(last);
      expect(sandbox.calls.length).toBeLessThanOrEqual(Math.ceil(elapsedMs / 5000) + 1);
      await leaveAll();
    }),
    { numRuns: runsOf(20) },
  );
});
