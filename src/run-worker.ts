import cluster from 'node:cluster';
import { type Config } from './config.js';
import { endOnSignal } from './end-on-signal.js';
import { startGateway } from './gateway.js';
import { workerGraceMs } from './grace-period.js';
import { type ServedByPrimary, type ServedByWorker } from './gateway/workers/served.js';
import { createLogger } from './server/logger.js';
import { startProblem } from './start-problem.js';
import { Line } from './workers/line.js';
import { pipeTo } from './workers/pipe.js';

/**
 * Runs one of several gateways on one port, as a child of the primary process, until that says so or is gone.
 * @throws what nobody has foreseen; what a person can mend is told to the primary, which says it once for all.
 */
export async function runWorker(config: Config): Promise<undefined> {
  const primary = new Line<ServedByPrimary>(pipeTo(process));
  const report = primary.remote('report');
  const graceMs = workerGraceMs(config.shutdownGraceMs);
  const starting = start({ ...config, shutdownGraceMs: graceMs }, primary);
  endWith(primary, graceMs, async () => {
    await (await starting).close();
  });
  try {
    await report.ready((await starting).url);
  } catch (error) {
    const why = startProblem(error);
    if (why === undefined) throw error;
    await report.cannotStart(why);
    process.exitCode = 1;
    process.disconnect();
  }
  return undefined;
}

/** What each process would make up by itself, and what is one for all, is the primary's. */
async function start(config: Config, primary: Line<ServedByPrimary>) {
  const { webhookSecret, sandbox } = await primary.remote('settings').read();
  const { upstream } = config;
  const logger = createLogger(config.logLevel, undefined, process.pid);
  return startGateway(
    {
      ...config,
      webhookSecret,
      upstream: upstream.kind === 'sandbox' && sandbox ? { ...upstream, running: sandbox } : upstream,
    },
    { primary, logger },
  );
}

/** Stops when the primary says so, on a signal, and when the primary is gone; at once where it goes meanwhile. */
function endWith(primary: Line<ServedByPrimary>, graceMs: number, close: () => Promise<void>): void {
  let isStopping = false;
  const stop = endOnSignal({
    close: () => {
      isStopping = true;
      return close();
    },
    graceMs,
  });
  const life: ServedByWorker['life'] = { stop };
  primary.serve('life', life);
  const { worker } = cluster;
  worker?.once('disconnect', () => {
    if (isStopping) process.exit();
    worker.exitedAfterDisconnect = true; // or Node ends the process at once, with all that is being answered
    stop();
  });
}
