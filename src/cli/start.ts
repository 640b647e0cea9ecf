import { startGateway } from '../app/gateway.js';
import { heapBytes, memoryProblem } from '../app/memory-budget.js';
import { type Config } from '../config/config.js';
import { noticesOf } from '../config/notices.js';
import { stopOnSignal } from './stop-signals.js';

/** Start message: addresses, then notices about closed or weak settings. */
export function readyLines(config: Config, url: string): string {
  const { upstream, access } = config;
  const where =
    upstream.kind === 'live'
      ? upstream.baseUrl
      : `the embedded sandbox, at ${upstream.speed} times real speed (SANDBOX_SPEED)`;
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

/** Runs the gateway in this process until a signal stops it, and prints the start message. */
export async function runGateway(config: Config, print: (line: string) => void): Promise<undefined> {
  const gateway = await startGateway(config);
  stopOnSignal({ close: () => gateway.close(), graceMs: config.shutdownGraceMs });
  print(readyLines(config, gateway.url)); // last: a reader may stop the process as soon as it appears
  return undefined;
}
