#!/usr/bin/env node
import cluster from 'node:cluster';
import { fitHeapToRequests, heapBytes, refuseSmallHeap } from './app/memory-budget.js';
import { startErrorMessage } from './cli/start-error.js';
import { CannotStart } from './cluster/supervisor.js';
import { type Config, readConfig } from './config/config.js';

const usage = `campaign-gateway [command]

  start                run the gateway (default); on the embedded sandbox if no EXOTEL_… variable is set
  sandbox              run the sandbox alone, as an upstream for other gateways
  key <name> <scope>…  create an API key and its entry for API_KEYS_FILE
  schema               write schema.graphql and client.graphql
  schema --check       fail if one of them is out of date
  schema --client      print the schema for the compilers of clients: without federation

Settings are environment variables: see docs/configuration.md.`;

/**
 * Runs a command, and loads only the modules that it needs: loading takes most of the time and memory of a start.
 * @returns the exit code; undefined while the command keeps running.
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
      return schema(rest);
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

/** Runs the gateway in this process or, with `WORKERS`, the primary process or one of its workers. */
async function start(config: Config): Promise<undefined> {
  fitHeapToRequests();
  refuseSmallHeap(heapBytes(config.nodeOptions));
  if (config.workers === 1) return (await import('./cli/start.js')).runGateway(config, console.log);
  return cluster.isPrimary
    ? (await import('./cli/workers.js')).runWorkers(config, console.log)
    : (await import('./cli/workers.js')).runWorker(config);
}

async function schema(options: readonly string[]): Promise<number> {
  const { checkSchemaFiles, printClientSchema, writeSchemaFiles } = await import('./cli/schema.js');
  if (options.includes('--client')) return printClientSchema(console.log);
  return options.includes('--check') ? checkSchemaFiles(console.error) : writeSchemaFiles();
}

try {
  const exitCode = await main(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  const message = error instanceof CannotStart ? error.message : startErrorMessage(error);
  if (message === undefined) throw error;
  console.error(`campaign-gateway cannot start:\n${message}`);
  process.exitCode = 1;
}
