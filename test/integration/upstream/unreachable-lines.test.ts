import { expect, it } from '@jest/globals';
import { ask } from '../../support/clients/ask.js';
import { startScripted } from '../../support/gateway/setup.js';
import {
  credentials,
  type GatewayUnderTest,
  startGatewayOn,
} from '../../support/gateway/gateway-under-test.js';
import { linesOf } from '../../support/gateway/log-lines.js';
import { startSelfSigned } from '../../support/clients/self-signed.js';

const failed = 'upstream call failed';

/** Asks once, and returns what the log says of each failed attempt: level, host, code of the error, reason, attempt. */
async function attemptsOf(gateway: GatewayUnderTest): Promise<unknown[][]> {
  await ask(gateway, '{ campaign(sid: "one") { name } }');
  const text = gateway.logs.join('');
  for (const secret of [credentials.apiKey, credentials.apiToken, credentials.accountSid])
    expect(text).not.toContain(secret);
  expect(text).not.toContain(Buffer.from(`${credentials.apiKey}:${credentials.apiToken}`).toString('base64'));
  return linesOf(gateway, failed).map(({ level, host, errorCode, reason, attempt }) => [
    level,
    host,
    errorCode,
    reason,
    attempt,
  ]);
}

async function behind(baseUrl: string, environment: Readonly<Record<string, string>> = {}) {
  const gateway = await startGatewayOn(baseUrl, environment, undefined, undefined, { random: () => 0 });
  try {
    return await attemptsOf(gateway);
  } finally {
    await gateway.close();
  }
}

const thrice = (host: string, code: string, reason = 'unreachable') =>
  [1, 2, 3].map((attempt) => [40, host, code, reason, attempt]);

it('an upstream that refuses connections', async () => {
  expect(await behind('http://127.0.0.1:9')).toEqual(thrice('127.0.0.1:9', 'ECONNREFUSED'));
});

it('a host name that does not exist', async () => {
  const [first] = await behind('http://nowhere.invalid:8080', { ALLOW_HTTP: 'on' });
  expect(first?.slice(0, 2)).toEqual([40, 'nowhere.invalid:8080']);
  expect(['ENOTFOUND', 'EAI_AGAIN']).toContain(first?.[2]);
});

it('a certificate that is not trusted; nothing is sent', async () => {
  const server = await startSelfSigned();
  const attempts = await behind(`https://127.0.0.1:${server.port}`);
  await server.close();
  expect(attempts).toEqual(thrice(`127.0.0.1:${server.port}`, 'DEPTH_ZERO_SELF_SIGNED_CERT'));
});

it('an upstream that does not respond in time', async () => {
  const { gateway } = await startScripted(() => undefined, { EXOTEL_TIMEOUT_MS: '50' });
  const [first] = await attemptsOf(gateway);
  expect(first?.slice(2)).toEqual(['ETIMEDOUT', 'timeout', 1]);
});

it('a connection that breaks', async () => {
  const { gateway } = await startScripted((_, response) => void response.destroy());
  const [first] = await attemptsOf(gateway);
  expect(first?.slice(2)).toEqual([expect.stringMatching(/^(UND_ERR_SOCKET|ECONNRESET)$/), 'unavailable', 1]);
});
