import { randomBytes } from 'node:crypto';
import { ClusterMetrics } from './cluster/cluster-metrics.js';
import { Supervisor } from './cluster/supervisor.js';
import { forkWorker, prepareForks } from './cluster/worker-process.js';
import { type Config } from './config.js';
import { endOnSignal } from './end-on-signal.js';
import { connect } from './gateway/connect.js';
import { killAfterMs } from './grace-period.js';
import { readyLines } from './ready-lines.js';
import { type Sandbox } from './sandbox/sandbox.js';
import { createLogger } from './server/logger.js';

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
  endOnSignal({
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
