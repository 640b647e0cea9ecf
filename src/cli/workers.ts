import cluster from 'node:cluster';
import { randomBytes } from 'node:crypto';
import { type CredentialsState, type Gateway } from '../app/gateway.js';
import { killAfterMs, workerGraceMs } from '../app/grace-period.js';
import { connect } from '../app/upstream.js';
import { Channel } from '../cluster/channel.js';
import { ClusterMetrics } from '../cluster/cluster-metrics.js';
import { SharedValue } from '../cluster/shared-value.js';
import { Supervisor, type WorkerProcess } from '../cluster/supervisor.js';
import {
  forkWorker,
  prepareForks,
  type PrimaryMethods,
  primaryTimeoutMs,
  type WorkerMethods,
} from '../cluster/worker-process.js';
import { type Config } from '../config/config.js';
import { type Sandbox } from '../sandbox/sandbox.js';
import { createLogger, prettyOutput } from '../telemetry/logger.js';
import { startErrorMessage } from './start-error.js';
import { readyLines } from './start.js';
import { type StopSignals } from './stop-signals.js';

/** Configuration that must be the same in all workers, and that each process would otherwise choose for itself. */
type WorkerSettings = Pick<Config, 'upstream' | 'webhookSecret'> & {
  /** True for one worker: the credentials are tried once for all. */
  readonly isCredentialsCheckOn: boolean;
  /** What the other workers know of the credentials. */
  readonly credentials: CredentialsState;
};

/**
 * Runs the gateway as several processes on one port. This one, the primary, serves no requests: it hands out the
 * connections, replaces workers that exit, and runs the embedded sandbox if it is configured.
 * @throws CannotStart
 */
export async function runWorkers(
  config: Config,
  stopSignals: StopSignals,
  print: (line: string) => void,
): Promise<undefined> {
  const logger = loggerOf(config);
  const { settings, sandbox } = await settingsOf(config);
  const metrics = new ClusterMetrics();
  prepareForks();
  const credentials = new SharedValue<CredentialsState>('unknown');
  let hasChecker = false;
  const fork = (): WorkerProcess => {
    const isChecker = !hasChecker;
    const isCredentialsCheckOn = config.isCredentialsCheckOn && isChecker;
    const worker = forkWorker({
      settings: (): WorkerSettings => ({ ...settings, isCredentialsCheckOn, credentials: credentials.value }),
      metrics,
      shared: credentials,
    });
    hasChecker = true;
    if (isChecker) void worker.exited.then(() => (hasChecker = false));
    return worker;
  };
  const supervisor = new Supervisor({
    count: config.workers,
    fork,
    stopTimeoutMs: killAfterMs(config.shutdownGraceMs),
    onExit: (exit, restartInMs) => {
      logger.warn({ worker: exit, restartInMs }, 'a worker exited; another will replace it');
    },
    onRestartFailed: ({ message }) => {
      logger.error({ reason: message }, 'a worker cannot be replaced yet');
    },
    onGiveUp: ({ message }) => {
      logger.fatal({ reason: message }, 'no worker can start');
      process.exit(1);
    },
  });
  stopSignals.closeWith({
    close: async () => {
      await supervisor.stop();
      await sandbox?.close();
    },
    graceMs: config.shutdownGraceMs,
    kill: () => supervisor.kill(),
  });
  try {
    const url = await supervisor.start();
    if (url !== undefined) print(readyLines(config, url, credentials.value));
  } catch (error) {
    await sandbox?.close();
    throw error;
  }
  return undefined;
}

/** Creates what all workers must share: the webhook secret if none is set, and the embedded sandbox. */
async function settingsOf({ upstream, webhookSecret }: Config): Promise<{
  readonly settings: Pick<WorkerSettings, 'upstream' | 'webhookSecret'>;
  readonly sandbox: Sandbox | undefined;
}> {
  const secret = webhookSecret ?? randomBytes(32).toString('hex');
  if (upstream.kind === 'live') return { settings: { upstream, webhookSecret: secret }, sandbox: undefined };
  const { sandbox, ...running } = await connect(upstream);
  return { settings: { upstream: { ...upstream, running }, webhookSecret: secret }, sandbox };
}

/** Its lines have the process id, which tells the processes apart. */
function loggerOf({ logLevel, isProduction }: Config) {
  return createLogger(logLevel, prettyOutput(process.stdout, isProduction), process.pid);
}

type ChannelToPrimary = Channel<PrimaryMethods<WorkerSettings>>;

/**
 * Runs a worker: a gateway in a child process, until the primary process stops it or exits.
 * @throws unexpected errors; expected ones are reported to the primary, which prints one for all workers.
 */
export async function runWorker(config: Config, stopSignals: StopSignals): Promise<undefined> {
  const primary: ChannelToPrimary = new Channel(process, primaryTimeoutMs);
  const graceMs = workerGraceMs(config.shutdownGraceMs);
  let gateway: Gateway | undefined;
  // A gateway that does not serve yet has nothing to finish.
  closeWith(stopSignals, graceMs, async () => gateway?.close());
  const methods: WorkerMethods = {
    stop: stopSignals.stop,
    figures: async () => (await starting).figures(),
    shared: (state) =>
      void starting.then(
        ({ credentials }) => {
          credentials.apply(state as CredentialsState);
        },
        () => undefined, // the start has failed, which is handled below
      ),
  };
  primary.serve(methods);
  const starting = start({ ...config, shutdownGraceMs: graceMs }, primary);
  try {
    gateway = await starting;
    primary.notify('ready', gateway.url);
  } catch (error) {
    const reason = startErrorMessage(error);
    if (reason === undefined) throw error;
    await primary.request('cannotStart', reason).catch(() => undefined); // the primary has exited
    process.exitCode = 1;
    process.disconnect();
  }
  return undefined;
}

/** Requests the settings before it loads the gateway: a worker can be stopped once it has sent a message. */
async function start(config: Config, primary: ChannelToPrimary): Promise<Gateway> {
  const { credentials, ...settings } = await primary.request('settings');
  const { startGateway } = await import('../app/gateway.js');
  return startGateway(
    { ...config, ...settings },
    {
      logger: loggerOf(config),
      clusterMetrics: () => primary.request('metrics'),
      credentials: {
        state: credentials,
        onChange: (found) => {
          primary.notify('share', found);
        },
      },
    },
  );
}

/** Stops this process on a signal, and when its primary process exits: at once if it is stopping already. */
function closeWith(stopSignals: StopSignals, graceMs: number, close: () => Promise<void>): void {
  let isStopping = false;
  stopSignals.closeWith({
    close: () => {
      isStopping = true;
      return close();
    },
    graceMs,
  });
  const { worker } = cluster;
  worker?.once('disconnect', () => {
    if (isStopping) process.exit();
    worker.exitedAfterDisconnect = true; // otherwise Node exits at once, with requests in flight
    stopSignals.stop();
  });
}
