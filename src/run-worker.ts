import cluster from 'node:cluster';
import { Channel } from './cluster/channel.js';
import { primaryTimeoutMs, type PrimaryMethods, type WorkerMethods } from './cluster/worker-process.js';
import { type Config } from './config.js';
import { endOnSignal } from './end-on-signal.js';
import { type Gateway } from './gateway.js';
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
  let gateway: Gateway | undefined;
  const methods: WorkerMethods = {
    // Nothing is under way before the gateway serves: the process exits without waiting for it.
    stop: stopWith(graceMs, async () => gateway?.close()),
    figures: async () => (await starting).figures(),
  };
  primary.serve(methods);
  const starting = start({ ...config, shutdownGraceMs: graceMs }, primary);
  try {
    gateway = await starting;
    primary.notify('ready', gateway.url);
  } catch (error) {
    const reason = startProblem(error);
    if (reason === undefined) throw error;
    await primary.request('cannotStart', reason).catch(() => undefined); // it has gone
    process.exitCode = 1;
    process.disconnect();
  }
  return undefined;
}

/** Loads the gateway only after the request for the settings: a worker that has sent a message can be stopped meanwhile. */
async function start(config: Config, primary: ChannelToPrimary): Promise<Gateway> {
  const settings = await primary.request('settings');
  const { startGateway } = await import('./gateway.js');
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
