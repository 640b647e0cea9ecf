import { type Config } from './config.js';
import { noticesOf } from './config/notices.js';
import { heapBytes, memoryProblem } from './heap.js';

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
