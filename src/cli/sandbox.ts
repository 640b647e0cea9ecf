import { readSandboxConfig } from '../config/config.js';
import { isLoopback } from '../config/values.js';
import { startSandbox } from '../sandbox/sandbox.js';
import { type StopSignals } from './stop-signals.js';

/** Credentials of a standalone sandbox: public, since it protects nothing. */
const sandboxCredentials = { accountSid: 'sandbox', apiKey: 'sandbox-key', apiToken: 'sandbox-token' };

/** Runs the sandbox alone until a signal stops it, and prints how to reach it. */
export async function runSandbox(
  stopSignals: StopSignals,
  print: (line: string) => void,
): Promise<undefined> {
  const { host, port, speed, shutdownGraceMs: graceMs } = readSandboxConfig();
  const running = await startSandbox({
    ...sandboxCredentials,
    host,
    port,
    speed,
    callbacks: {},
    control: true,
  });
  stopSignals.closeWith({ close: () => running.close(), graceMs });
  print(`sandbox is ready; campaigns run at ${speed} times real speed (SANDBOX_SPEED)

  API        ${running.baseUrl}/v2/accounts/${sandboxCredentials.accountSid}/message-campaigns?channel=sms
  Failures   curl ${running.baseUrl}/sandbox/faults -d '{"fault": "down", "seconds": 60}'
  A gateway  ${isLoopback(host) ? '' : 'ALLOW_HTTP=on '}EXOTEL_BASE_URL=${running.baseUrl} EXOTEL_ACCOUNT_SID=${sandboxCredentials.accountSid} \\
             EXOTEL_API_KEY=${sandboxCredentials.apiKey} EXOTEL_API_TOKEN=${sandboxCredentials.apiToken} npm start
`);
  return undefined;
}
