import { beforeEach, describe, expect, it } from '@jest/globals';
import { type Sandbox } from '../../../src/sandbox/sandbox.js';
import { ask } from '../../support/clients/ask.js';
import { subscribeToCampaign, subscribeToMessages } from '../../support/writing/callbacks.js';
import { setup } from '../../support/gateway/setup.js';
import { type GatewayUnderTest } from '../../support/gateway/gateway-under-test.js';
import { subscribe, transports, until } from '../../support/clients/subscribing.js';

let sandbox: Sandbox;
let gateway: GatewayUnderTest;
let shiftMs: number;

beforeEach(async () => {
  const at = Date.now();
  shiftMs = 0;
  ({ sandbox, gateway } = await setup({
    sandbox: { clock: () => at },
    gateway: { now: () => Date.now() + shiftMs },
  }));
});

/** Time passes; whoever comes or goes has the gateway look at its clock. */
async function pass(ms: number): Promise<void> {
  shiftMs += ms;
  const { sid } = sandbox.state.insert({ status: 'archived', audience: 1 });
  await (await subscribeToCampaign(gateway, 'sse', sid)).close();
}

describe.each(transports)('over %s', (transport) => {
  it('a subscription to a deleted campaign ends with NOT_FOUND, and the poll stops', async () => {
    const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 10 });
    const subscribers = [
      await subscribeToCampaign(gateway, transport, sid),
      await subscribeToMessages(gateway, transport, sid),
    ];
    sandbox.state.remove(sid);
    for (let time = 0; time < 2; time += 1) {
      sandbox.calls.splice(0);
      await pass(6001);
      await until(() => sandbox.calls.some(({ path, status }) => path.includes(sid) && status === 404));
    }
    await until(() => subscribers.every((subscriber) => subscriber.hasEnded()));
    for (const { errors, events } of subscribers) {
      expect(errors).toEqual([expect.objectContaining({ extensions: { code: 'NOT_FOUND', sid } })]);
      expect(events).toEqual([]);
    }
    sandbox.calls.splice(0);
    await pass(60_000);
    await ask(gateway, '{ __typename }');
    expect(sandbox.calls.filter(({ path }) => path.includes(sid))).toEqual([]);
  });

  it('a single 404 does not end a subscription', async () => {
    const campaign = sandbox.state.insert({ status: 'in-progress', audience: 10 });
    const { sid } = campaign;
    const subscriber = await subscribeToCampaign(gateway, transport, sid);
    sandbox.state.remove(sid);
    sandbox.calls.splice(0);
    await pass(6001);
    await until(() => sandbox.calls.some(({ status }) => status === 404));
    sandbox.state.insert({ ...campaign, sid, status: 'paused' });
    await pass(6001);
    await subscriber.next(1);
    expect(subscriber.statuses()).toEqual(['PAUSED']);
  });

  it('an empty query is refused as over HTTP', async () => {
    const subscriber = await subscribe(gateway.url, transport, '');
    await subscriber.next(1);
    const codes = (errors: typeof subscriber.errors = []) => errors.map(({ extensions }) => extensions?.code);
    expect(codes(subscriber.errors)).toEqual(['BAD_REQUEST']);
    expect(codes((await ask(gateway, '')).errors)).toEqual(['BAD_REQUEST']);
  });
});
