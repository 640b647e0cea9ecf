import { afterEach, beforeEach, expect, it } from '@jest/globals';
import { type Fault } from '../../../src/sandbox/http/faults.js';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { subscribe } from '../../support/clients/subscribing.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { setup } from '../../support/gateway/setup.js';
import {
  callbackSettings,
  createWithCallbacks,
  subscribeToCampaign,
} from '../../support/writing/callbacks.js';

let time: HeldTimers;
let fault: Fault | undefined;
let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let sid: string;

beforeEach(() => {
  time = new HeldTimers(100);
  fault = undefined;
});
afterEach(() => {
  time.release();
});

/** A campaign in progress, of which only the test sends callbacks: the poll reads it once a minute. */
async function start(environment: Readonly<Record<string, string>> = {}): Promise<void> {
  const at = time.now();
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at, faults: () => fault },
    gateway: { now: time.now, environment: { ...callbackSettings, ...environment } },
  }));
  ({ sid } = await createWithCallbacks(gateway));
  sandbox.state.setStatus(sid, 'in-progress');
  await ask(gateway, `{ campaign(sid: "${sid}") { status } }`, { headers: { 'cache-control': 'no-cache' } });
}

/** The first event of a later subscriber with `sendCurrent`, and the calls that it took. */
async function firstEvent(): Promise<readonly [event: unknown, calls: number]> {
  sandbox.calls.splice(0);
  const query = `subscription { campaignUpdated(sid: "${sid}", sendCurrent: true) { status } }`;
  const [event] = await (await subscribe(gateway.url, 'sse', query)).next(1);
  return [event, sandbox.calls.length];
}

const event = (status: string) => ({ campaignUpdated: { status } });

it('the first event of a watched campaign is as new as the answer to a query, for the call that a query would take', async () => {
  await start();
  const watcher = await subscribeToCampaign(gateway, 'ws', sid);
  sandbox.state.setStatus(sid, 'paused');
  expect(await firstEvent()).toEqual([event('IN_PROGRESS'), 0]);
  await time.pass(6000);
  expect(await firstEvent()).toEqual([event('PAUSED'), 1]);
  await watcher.next(1);
  expect(watcher.statuses()).toEqual(['PAUSED']);
  expect(await firstEvent()).toEqual([event('PAUSED'), 0]);
});

it('and if the campaign cannot be read, the state that the other subscribers have', async () => {
  await start({ CACHE: 'off' });
  await subscribeToCampaign(gateway, 'ws', sid);
  fault = { kind: 'status', status: 401 };
  expect(await firstEvent()).toEqual([event('IN_PROGRESS'), 1]);
});
