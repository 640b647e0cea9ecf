import { createServer } from 'node:http';
import { type AddressInfo } from 'node:net';
import { describe, expect, it } from '@jest/globals';
import { keysForScopes, showing } from '../../support/clients/callers.js';
import { setup } from '../../support/gateway/setup.js';

/** What a subscription that names an address on this machine is answered, and how often something came there. */
async function subscribeWith(environment: Record<string, string>, headers: Readonly<Record<string, string>>) {
  let requests = 0;
  const router = createServer((_request, response) => {
    requests += 1;
    response.writeHead(204, { 'subscription-protocol': 'callback/1.0' }).end();
  });
  await new Promise<void>((resolve) => router.listen(0, '127.0.0.1', resolve));
  const { gateway, sandbox } = await setup({ gateway: { environment } });
  const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 1 });
  const callbackUrl = `http://127.0.0.1:${(router.address() as AddressInfo).port}/`;
  const subscription = { callbackUrl, subscriptionId: 'a', verifier: 'b', heartbeatIntervalMs: 0 };
  const query = `subscription { campaignUpdated(sid: "${sid}") { status } }`;
  const body = JSON.stringify({ query, extensions: { subscription } });
  const answer = await fetch(`${gateway.url}/graphql`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body,
  });
  const text = await answer.text();
  await gateway.close();
  router.closeAllConnections();
  await new Promise((resolve) => router.close(resolve));
  return { isRefused: text.includes('BAD_USER_INPUT'), wasCalled: requests > 0 };
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
