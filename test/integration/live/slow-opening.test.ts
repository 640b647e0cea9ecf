import { expect, it } from '@jest/globals';
import { request } from 'undici';
import { startScripted } from '../../support/gateway/setup.js';
import { HeldTimers } from '../../support/gateway/held-timers.js';
import { until } from '../../support/clients/subscribing.js';

it.each([
  ['/graphql', 'text/event-stream', ':\n\n'],
  ['/graphql', 'multipart/mixed;subscriptionSpec=1.0', '{}'],
  ['/graphql/stream', 'text/event-stream', ':\n\n'],
])(
  'a stream at %s of %s has heartbeats while its first read waits for the upstream',
  async (path, accept, heartbeat) => {
    const time = new HeldTimers();
    try {
      const environment = { EXOTEL_TIMEOUT_MS: '100000', OPERATION_TIMEOUT_MS: '90000' };
      const { gateway, methods } = await startScripted(() => undefined, environment);
      const answer = request(`${gateway.url}${path}`, {
        method: 'POST',
        headers: { 'content-type': 'application/json', accept },
        body: JSON.stringify({ query: 'subscription { campaignUpdated(sid: "c") { status } }' }),
        headersTimeout: 0,
        bodyTimeout: 0,
      });
      await until(() => methods().length > 0);
      await time.pass(12_000);
      const { statusCode, body } = await answer;
      expect(statusCode).toBe(200);
      let text = '';
      body
        .setEncoding('utf8')
        .on('data', (chunk: string) => (text += chunk))
        .on('error', () => undefined);
      await time.pass(24_000);
      await until(() => text.split(heartbeat).length > 2);
      body.destroy();
      expect(methods()).toEqual(['GET']);
    } finally {
      time.release();
    }
  },
);
