import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { type Gateway } from '../app/gateway.js';
import { killAfterMs, workerGraceMs } from '../app/grace-period.js';
import { connect } from '../app/upstream.js';
import { Channel } from '../cluster/channel.js';
import { ClusterMetrics } from '../cluster/cluster-metrics.js';
import { Supervisor } from '../cluster/supervisor.js';
import {
  forkWorker,
  prepareForks,
  type PrimaryMethods,
  primaryTimeoutMs,
  type WorkerMethods,
} from '../cluster/worker-process.js';
import { type Config } from '../config/config.js';
import { type Sandbox } from '../sandbox/sandbox.js';
import { createLogger } from '../telemetry/logger.js';
import { startErrorMessage } from './start-error.js';
import { readyLines } from './start.js';
import { stopOnSignal } from './stop-signals.js';

/** Configuration that must be the same in all workers, and that each process would otherwise choose for itself. */
export type WorkerSettings = Pick<Config, 'upstream' | 'webhookSecret'>;

/**
 * Runs the gateway as several processes on one port. This one, the primary, serves no requests: it hands out the
 * connections, replaces workers that exit, and runs the embedded sandbox where there is one.
 * @throws CannotStart
 */
export async function runWorkers(config: Config, say: (line: string) => void): Promise<undefined> {
  const logger = createLogger(config.logLevel, undefined, process.pid);
  const { settings, sandbox } = await settingsOf(config);
  const metrics = new ClusterMetrics();
  prepareForks();
  const supervisor = new Supervisor({
    count: config.workers,
    fork: () => forkWorker(settings, metrics),
    stopTimeoutMs: killAfterMs(config.shutdownGraceMs),
    onExit: (exit, restartInMs) => {
      logger.warn({ worker: exit, restartInMs }, 'a worker exited; another will replace it');
    },
    onRestartFailed: ({ message }) => {
      logger.error({ reason: message }, 'a worker cannot be replaced yet');
    },
    onGiveUp: ({ message }) => {
      logger.fatal({ reason: message }, 'no worker can serve');
      process.exit(1);
    },
  });
  stopOnSignal({
    close: async () => {
      await supervisor.stop();
      await sandbox?.close();
    },
    graceMs: config.shutdownGraceMs,
    kill: () => {
      supervisor.kill();
    },
  });
  try {
    const url = await supervisor.start();
    if (url !== undefined) say(readyLines(config, url));
  } catch (error) {
    await sandbox?.close();
    throw error;
  }
  return undefined;
}

/** Makes what each worker would make for itself: the webhook secret where none is set, and the embedded sandbox. */
async function settingsOf({ upstream, webhookSecret }: Config): Promise<{
  readonly settings: WorkerSettings;
  readonly sandbox: Sandbox | undefined;
}> {
  const secret = webhookSecret ?? randomBytes(32).toString('hex');
  if (upstream.kind === 'live') return { settings: { upstream, webhookSecret: secret }, sandbox: undefined };
  const { sandbox, ...running } = await connect(upstream);
  return { settings: { upstream: { ...upstream, running }, webhookSecret: secret }, sandbox };
}

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
    const reason = startErrorMessage(error);
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
  const { startGateway } = await import('../app/gateway.js');
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
  const stop = stopOnSignal({
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
