import { type Config } from '../config/config.js';
import { isLoopback } from '../config/values.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { stopOnSignal } from './stop-signals.js';

/** What the sandbox takes when it runs alone: known to all, since it guards nothing. */
const sandboxCredentials = { accountSid: 'sandbox', apiKey: 'sandbox-key', apiToken: 'sandbox-token' };

/** Starts the sandbox alone, says how to reach it, and ends on a signal. */
export async function runSandbox(
  { sandbox, host, shutdownGraceMs: graceMs }: Config,
  say: (line: string) => void,
): Promise<undefined> {
  const running = await startSandbox({ ...sandboxCredentials, host, ...sandbox, callbacks: { fire: true } });
  stopOnSignal({ close: () => running.close(), graceMs });
  say(`the sandbox is ready, ${sandbox.speed} times as fast as life (SANDBOX_SPEED)

  API        ${running.baseUrl}/v2/accounts/${sandboxCredentials.accountSid}/message-campaigns?channel=sms
  A gateway  ${isLoopback(host) ? '' : 'ALLOW_HTTP=on '}EXOTEL_BASE_URL=${running.baseUrl} EXOTEL_ACCOUNT_SID=${sandboxCredentials.accountSid} \\
             EXOTEL_API_KEY=${sandboxCredentials.apiKey} EXOTEL_API_TOKEN=${sandboxCredentials.apiToken} npm start
`);
  return undefined;
}
