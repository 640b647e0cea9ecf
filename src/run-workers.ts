import { randomBytes } from 'node:crypto';
import { type Config } from './config.js';
import { type RunningSandbox } from './config/upstream.js';
import { endOnSignal } from './end-on-signal.js';
import { killAfterMs } from './grace-period.js';
import { connect } from './gateway/connect.js';
import { memoryBudget } from './gateway/memory-budget.js';
import { heapBytes } from './heap.js';
import { holdForWorkers } from './gateway/workers/hold-for-workers.js';
import { readyLines } from './ready-lines.js';
import { createLogger } from './server/logger.js';
import { Crew } from './workers/crew.js';
import { forkMember, prepareForks } from './workers/fork-member.js';

/**
 * Runs the gateway as several processes on one port, and replaces those that die. This one, the primary, serves no
 * requests: it hands out the connections, and holds what the workers share and the sandbox where there is one.
 * @throws CannotStart
 */
export async function runWorkers(config: Config, say: (line: string) => void): Promise<undefined> {
  const logger = createLogger(config.logLevel, undefined, process.pid);
  const sandbox = config.upstream.kind === 'sandbox' ? await connect(config.upstream) : undefined;
  const webhookSecret = config.webhookSecret ?? randomBytes(32).toString('hex');
  const hold = holdForWorkers(
    { webhookSecret, sandbox: sandbox && withoutHandle(sandbox) },
    memoryBudget(heapBytes(config.nodeOptions)),
  );
  prepareForks();
  const crew = new Crew({
    count: config.workers,
    fork: () => forkMember(hold),
    stopWithinMs: killAfterMs(config.shutdownGraceMs),
    onEnded: (ended, replacedInMs) => {
      logger.warn({ worker: ended, replacedInMs }, 'a worker ended; another will take its place');
    },
    onNoReplacement: ({ message }) => {
      logger.error({ why: message }, 'a worker cannot be replaced yet');
    },
    onHopeless: ({ message }) => {
      logger.fatal({ why: message }, 'no worker can serve');
      process.exit(1);
    },
  });
  endOnSignal({
    close: async () => {
      await crew.stop();
      await sandbox?.sandbox?.close();
    },
    graceMs: config.shutdownGraceMs,
    kill: () => {
      crew.kill();
    },
  });
  try {
    const url = await crew.start();
    if (url !== undefined) say(readyLines(config, url));
  } catch (error) {
    await sandbox?.sandbox?.close();
    throw error;
  }
  return undefined;
}

/** How workers reach the sandbox of this process. */
function withoutHandle({ baseUrl, accountSid, apiKey, apiToken }: RunningSandbox): RunningSandbox {
  return { baseUrl, accountSid, apiKey, apiToken };
}
