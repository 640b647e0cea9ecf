#!/usr/bin/env node
import cluster from 'node:cluster';
import { fitHeapToRequests, heapBytes, refuseSmallHeap } from './app/memory-budget.js';
import { startErrorMessage } from './cli/start-error.js';
import { CannotStart } from './cluster/supervisor.js';
import { type Config, readConfig } from './config/config.js';

const usage = `campaign-gateway [command]

  start                the gateway (default); with no EXOTEL_… variables set, on the embedded sandbox
  sandbox              the sandbox alone, as an upstream for others
  key <name> <scope>…  a new API key, and its entry for API_KEYS_FILE
  schema               write schema.graphql
  schema --check       fail where schema.graphql is not what the code makes

Environment variables configure it: docs/configuration.md has them all.`;

/**
 * Runs a command; answers the exit code, or undefined while it runs on. Only what it needs is loaded: that is most of the
 * time and of the memory that a start takes.
 */
async function main([command = 'start', ...rest]: readonly string[]): Promise<number | undefined> {
  switch (command) {
    case 'start':
      return start(readConfig());
    case 'sandbox':
      return (await import('./cli/sandbox.js')).runSandbox(readConfig(), console.log);
    case 'key':
      return (await import('./cli/key.js')).createApiKey(rest, console.log, console.error);
    case 'schema':
      return writeOrCheckSchema(rest.includes('--check'));
    case 'help':
    case '--help':
    case '-h':
      console.log(usage);
      return 0;
    default:
      console.error(`There is no command "${command}".\n\n${usage}`);
      return 2;
  }
}

/** One gateway in this process, or several in processes of their own; each of those comes here too. */
async function start(config: Config): Promise<undefined> {
  fitHeapToRequests();
  refuseSmallHeap(heapBytes(config.nodeOptions));
  if (config.workers === 1) return (await import('./cli/start.js')).runGateway(config, console.log);
  return cluster.isPrimary
    ? (await import('./cli/workers.js')).runWorkers(config, console.log)
    : (await import('./cli/workers.js')).runWorker(config);
}

async function writeOrCheckSchema(isCheck: boolean): Promise<number> {
  const { checkSchemaFile, writeSchemaFile } = await import('./cli/schema.js');
  return isCheck ? checkSchemaFile(console.error) : writeSchemaFile();
}

try {
  const exitCode = await main(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  const why = error instanceof CannotStart ? error.message : startErrorMessage(error);
  if (why === undefined) throw error;
  console.error(`campaign-gateway cannot start:\n${why}`);
  process.exitCode = 1;
}
