import { type Config } from '../config/config.js';
import { isLoopback } from '../config/values.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { stopOnSignal } from './stop-signals.js';

/** Credentials of a standalone sandbox: public, since it protects nothing. */
const sandboxCredentials = { accountSid: 'sandbox', apiKey: 'sandbox-key', apiToken: 'sandbox-token' };

/** Runs the sandbox alone until a signal stops it, and prints how to reach it. */
export async function runSandbox(
  { sandbox, host, shutdownGraceMs: graceMs }: Config,
  print: (line: string) => void,
): Promise<undefined> {
  const running = await startSandbox({
    ...sandboxCredentials,
    host,
    ...sandbox,
    callbacks: { fire: true },
    control: true,
  });
  stopOnSignal({ close: () => running.close(), graceMs });
  print(`sandbox is ready; campaigns run at ${sandbox.speed} times real speed (SANDBOX_SPEED)

  API        ${running.baseUrl}/v2/accounts/${sandboxCredentials.accountSid}/message-campaigns?channel=sms
  Failures   curl ${running.baseUrl}/sandbox/faults -d '{"fault": "down", "seconds": 60}'
  A gateway  ${isLoopback(host) ? '' : 'ALLOW_HTTP=on '}EXOTEL_BASE_URL=${running.baseUrl} EXOTEL_ACCOUNT_SID=${sandboxCredentials.accountSid} \\
             EXOTEL_API_KEY=${sandboxCredentials.apiKey} EXOTEL_API_TOKEN=${sandboxCredentials.apiToken} npm start
`);
  return undefined;
}
