import cluster from 'node:cluster';
import { Channel } from './cluster/channel.js';
import { primaryTimeoutMs, type PrimaryMethods, type WorkerMethods } from './cluster/worker-process.js';
import { type Config } from './config.js';
import { endOnSignal } from './end-on-signal.js';
import { startGateway } from './gateway.js';
import { workerGraceMs } from './grace-period.js';
import { type WorkerSettings } from './run-workers.js';
import { createLogger } from './server/logger.js';
import { startProblem } from './start-problem.js';

type ChannelToPrimary = Channel<PrimaryMethods<WorkerSettings>>;

/**
 * Runs one of several gateways on one port, as a child of the primary process, until the primary stops it or has gone.
 * @throws errors that nobody has foreseen; the others go to the primary, which prints one for all workers.
 */
export async function runWorker(config: Config): Promise<undefined> {
  const primary: ChannelToPrimary = new Channel(process, primaryTimeoutMs);
  const graceMs = workerGraceMs(config.shutdownGraceMs);
  const starting = start({ ...config, shutdownGraceMs: graceMs }, primary);
  const methods: WorkerMethods = {
    stop: stopWith(graceMs, async () => {
      await (await starting).close();
    }),
    figures: async () => (await starting).figures(),
  };
  primary.serve(methods);
  try {
    primary.notify('ready', (await starting).url);
  } catch (error) {
    const reason = startProblem(error);
    if (reason === undefined) throw error;
    await primary.request('cannotStart', reason).catch(() => undefined); // it has gone
    process.exitCode = 1;
    process.disconnect();
  }
  return undefined;
}

async function start(config: Config, primary: ChannelToPrimary) {
  const settings = await primary.request('settings');
  const logger = createLogger(config.logLevel, undefined, process.pid);
  return startGateway(
    { ...config, ...settings },
    { logger, clusterMetrics: () => primary.request('metrics') },
  );
}

/**
 * Stops this process on a signal, and when its primary has gone: at once where it was stopping already.
 * @returns stops it without a signal.
 */
function stopWith(graceMs: number, close: () => Promise<void>): () => void {
  let isStopping = false;
  const stop = endOnSignal({
    close: () => {
      isStopping = true;
      return close();
    },
    graceMs,
  });
  const { worker } = cluster;
  worker?.once('disconnect', () => {
    if (isStopping) process.exit();
    worker.exitedAfterDisconnect = true; // or Node ends the process at once, with everything that is under way
    stop();
  });
  return stop;
}
