import cluster from 'node:cluster';
import { version } from '../app/gateway-facts.js';
import { fitHeapToRequests, heapBytes, memoryProblem, refuseSmallHeap } from '../app/memory-budget.js';
import { type CredentialsState } from '../app/gateway.js';
import { type Config, readConfig } from '../config/config.js';
import { noticesOf, summaryOf } from '../config/start-message.js';
import { type StopSignals } from './stop-signals.js';

type Print = (text: string) => void;

const refusedCredentials =
  'the upstream refuses the credentials, so /readyz is 503: check EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN, EXOTEL_REGION';

/** Start message: version, addresses, settings that decide how the gateway behaves, and notices about closed or weak ones. */
export function readyLines(config: Config, url: string, credentials?: CredentialsState): string {
  const memory = memoryProblem(config.workers, heapBytes(config.nodeOptions));
  const lines = [
    ...(config.access.isGraphiqlOn ? [{ kind: 'GraphiQL', text: `${url}/` }] : []),
    { kind: 'GraphQL', text: `${url}/graphql` },
    { kind: 'Health', text: `${url}/livez  ${url}/readyz` },
    ...summaryOf(config),
    ...(credentials === 'refused' ? [{ kind: 'Refused', text: refusedCredentials }] : []),
    ...noticesOf(config),
    ...(memory === undefined ? [] : [{ kind: 'Memory', text: memory }]),
  ];
  const rows = lines.map(({ kind, text }) => `  ${kind.padEnd(10)} ${text}\n`);
  return `campaign-gateway is ready (version ${version})\n\n${rows.join('')}`;
}

/**
 * Runs the gateway in this process or, with `WORKERS`, the primary process or one of its workers, until a signal stops it.
 * @param print prints the start message: on standard error, since standard output has the log.
 */
export async function start(stopSignals: StopSignals, print: Print): Promise<undefined> {
  const config = readConfig();
  fitHeapToRequests();
  refuseSmallHeap(heapBytes(config.nodeOptions));
  if (config.workers === 1) return runGateway(config, stopSignals, print);
  const { runWorker, runWorkers } = await import('./workers.js');
  return cluster.isPrimary ? runWorkers(config, stopSignals, print) : runWorker(config, stopSignals);
}

async function runGateway(config: Config, stopSignals: StopSignals, print: Print): Promise<undefined> {
  const { startGateway } = await import('../app/gateway.js');
  const gateway = await startGateway(config);
  stopSignals.closeWith({ close: () => gateway.close(), graceMs: config.shutdownGraceMs });
  print(readyLines(config, gateway.url, gateway.credentials.state)); // last: a reader may stop the process as soon as it appears
  return undefined;
}
