import { startGateway } from '../app/gateway.js';
import { heapBytes, memoryProblem } from '../app/memory-budget.js';
import { type Config } from '../config/config.js';
import { noticesOf } from '../config/notices.js';
import { stopOnSignal } from './stop-signals.js';

/** Text that is printed once the gateway serves: addresses, then what is closed or weak. */
export function readyLines(config: Config, url: string): string {
  const { upstream, access } = config;
  const where =
    upstream.kind === 'live'
      ? upstream.baseUrl
      : `the embedded sandbox, ${upstream.speed} times as fast as life (SANDBOX_SPEED)`;
  const graphiql = access.isGraphiqlOn ? `\n  GraphiQL   ${url}/` : '';
  const memory = memoryProblem(config.workers, heapBytes(config.nodeOptions));
  const notices = [...noticesOf(config), ...(memory === undefined ? [] : [{ kind: 'Memory', text: memory }])];
  const lines = notices.map(({ kind, text }) => `  ${kind.padEnd(10)} ${text}\n`);
  return `campaign-gateway is ready
${graphiql}
  GraphQL    ${url}/graphql
  Health     ${url}/livez  ${url}/readyz
  Upstream   ${where}
${lines.join('')}`;
}

/** Starts the gateway, says what it serves, and ends on a signal. */
export async function runGateway(config: Config, say: (line: string) => void): Promise<undefined> {
  const gateway = await startGateway(config);
  stopOnSignal({ close: () => gateway.close(), graceMs: config.shutdownGraceMs });
  say(readyLines(config, gateway.url)); // last: who reads it may end it at once
  return undefined;
}
