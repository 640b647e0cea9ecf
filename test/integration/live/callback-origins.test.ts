import { describe, expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { keysForScopes, showing } from '../../support/clients/callers.js';
import { startRouter } from '../../support/clients/router.js';
import { setup } from '../../support/gateway/setup.js';

/** Subscribes with a callback address on this machine. @returns whether that is refused, and whether the address was called. */
async function subscribeWith(environment: Record<string, string>, headers: Readonly<Record<string, string>>) {
  const router = await startRouter();
  const { gateway, sandbox } = await setup({ gateway: { environment } });
  const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1 });
  const query = `subscription { campaignUpdated(sid: "${sid}") { status } }`;
  const { errors = [] } = await ask(gateway, query, { headers, extensions: router.extensions });
  await gateway.close();
  await router.close();
  const isRefused = errors.some(({ extensions }) => extensions?.code === 'BAD_USER_INPUT');
  return { isRefused, wasCalled: router.received.length > 0 };
}

describe('without SUBSCRIPTION_CALLBACK_ORIGINS, on a loopback host', () => {
  it('any callback URL is allowed without authentication', async () => {
    expect(await subscribeWith({}, {})).toEqual({ isRefused: false, wasCalled: true });
  });

  it('no callback URL is allowed with authentication', async () => {
    const keys = await keysForScopes();
    const headers = showing(['campaigns:read']);
    expect(await subscribeWith(keys.environment, headers)).toEqual({ isRefused: true, wasCalled: false });
    await keys.remove();
  });

  it('no callback URL is allowed with ALLOWED_HOSTS', async () => {
    const refused = { isRefused: true, wasCalled: false };
    expect(await subscribeWith({ ALLOWED_HOSTS: 'gateway.example.com' }, {})).toEqual(refused);
  });
});

it('a callback URL with a user is refused by its name: no request is sent with one', async () => {
  const router = await startRouter();
  const { gateway, sandbox } = await setup({
    gateway: { environment: { SUBSCRIPTION_CALLBACK_ORIGINS: router.origin } },
  });
  const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1 });
  const { subscription } = router.extensions as { subscription: { callbackUrl: string } };
  const callbackUrl = subscription.callbackUrl.replace('://', '://user:password@');
  const { errors } = await ask(gateway, `subscription { campaignUpdated(sid: "${sid}") { status } }`, {
    extensions: { subscription: { ...subscription, callbackUrl } },
  });
  expect(errors).toMatchObject([{ message: expect.stringContaining('SUBSCRIPTION_CALLBACK_ORIGINS') }]);
  expect(router.received).toEqual([]);
  await router.close();
});
