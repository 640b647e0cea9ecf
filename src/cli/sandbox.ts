import { hostname } from 'node:os';
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
  const { here, elsewhere } = baseUrlsOf(host, running);
  print(`sandbox is ready; campaigns run at ${speed} times real speed (SANDBOX_SPEED)

  API        ${here}/v2/accounts/${sandboxCredentials.accountSid}/message-campaigns?channel=sms
  Failures   curl ${here}/sandbox/faults -d '{"fault": "down", "seconds": 60}'
  A gateway  ${isLoopback(host) ? '' : 'ALLOW_HTTP=on '}EXOTEL_BASE_URL=${elsewhere} EXOTEL_ACCOUNT_SID=${sandboxCredentials.accountSid} \\
             EXOTEL_API_KEY=${sandboxCredentials.apiKey} EXOTEL_API_TOKEN=${sandboxCredentials.apiToken} npm start
`);
  return undefined;
}

/** Wildcard addresses, with the address at which this machine reaches the sandbox. */
const allAddresses: Readonly<Record<string, string>> = { '0.0.0.0': '127.0.0.1', '::': '[::1]' };

/** Where this machine, and a gateway on any machine, reach a sandbox that listens on this host. */
export function baseUrlsOf(
  host: string,
  { baseUrl, port }: { readonly baseUrl: string; readonly port: number },
): { readonly here: string; readonly elsewhere: string } {
  const local = allAddresses[host];
  if (local === undefined) return { here: baseUrl, elsewhere: baseUrl };
  return { here: `http://${local}:${port}`, elsewhere: `http://${hostname()}:${port}` };
}
