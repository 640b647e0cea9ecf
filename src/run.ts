import { type Config } from './config.js';
import { startGateway } from './gateway.js';
import { startSandbox } from './sandbox/sandbox.js';

type Say = (line: string) => void;

/** Starts the gateway, says what it serves, and ends on a signal. */
export async function runGateway(config: Config, say: Say): Promise<undefined> {
  const gateway = await startGateway(config);
  const upstream =
    config.upstream.kind === 'live'
      ? config.upstream.baseUrl
      : `the embedded sandbox, ${config.upstream.speed} times as fast as life (SANDBOX_SPEED)`;
  const graphiql = config.access.isGraphiqlOn ? `\n  GraphiQL   ${gateway.url}/` : '';
  say(`campaign-gateway is ready
${graphiql}
  GraphQL    ${gateway.url}/graphql
  Health     ${gateway.url}/livez  ${gateway.url}/readyz
  Upstream   ${upstream}
`);
  endOnSignal(() => gateway.close(), config.shutdownGraceMs);
  return undefined;
}

/** What the sandbox takes when it runs alone: known to all, since it guards nothing. */
const sandboxCredentials = { accountSid: 'sandbox', apiKey: 'sandbox-key', apiToken: 'sandbox-token' };

/** Starts the sandbox alone, says how to reach it, and ends on a signal. */
export async function runSandbox({ sandbox, host }: Config, say: Say): Promise<undefined> {
  const running = await startSandbox({ ...sandboxCredentials, host, ...sandbox, callbacks: { fire: true } });
  say(`the sandbox is ready, ${sandbox.speed} times as fast as life (SANDBOX_SPEED)

  API        ${running.baseUrl}/v2/accounts/${sandboxCredentials.accountSid}/message-campaigns?channel=sms
  A gateway  EXOTEL_BASE_URL=${running.baseUrl} EXOTEL_ACCOUNT_SID=${sandboxCredentials.accountSid} \\
             EXOTEL_API_KEY=${sandboxCredentials.apiKey} EXOTEL_API_TOKEN=${sandboxCredentials.apiToken} npm start
`);
  endOnSignal(() => running.close());
  return undefined;
}

/** How long a close may take beside what it waits for; after that nothing is worth waiting for. */
const overtimeMs = 8000;

/** Ends with exit code 0; a second signal ends the process the hard way, which is Node's own way. */
function endOnSignal(close: () => Promise<void>, graceMs = 0): void {
  const end = (): void => {
    setTimeout(() => process.exit(0), graceMs + overtimeMs).unref();
    void close();
  };
  for (const signal of ['SIGINT', 'SIGTERM'] as const) process.once(signal, end);
}
