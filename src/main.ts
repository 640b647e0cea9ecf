#!/usr/bin/env node
import cluster from 'node:cluster';
import { type Config, readConfig } from './config.js';
import { fitHeapToRequests } from './heap.js';
import { newKey } from './new-key.js';
import { checkSchemaFile, writeSchemaFile } from './schema-file.js';
import { runGateway, runSandbox } from './run.js';
import { runWorker } from './run-worker.js';
import { runWorkers } from './run-workers.js';
import { startProblem } from './start-problem.js';
import { CannotStart } from './workers/crew.js';

const usage = `campaign-gateway [command]

  start                the gateway (default); with no EXOTEL_… variables set, on the embedded sandbox
  sandbox              the sandbox alone, as an upstream for others
  key <name> <scope>…  a new API key, and its entry for API_KEYS_FILE
  schema               write schema.graphql
  schema --check       fail where schema.graphql is not what the code makes

Configuration is by environment variables; README.md has the table.`;

/** Runs a command; answers the exit code, or undefined while it runs on. */
async function main([command = 'start', ...rest]: readonly string[]): Promise<number | undefined> {
  switch (command) {
    case 'start':
      return start(readConfig());
    case 'sandbox':
      return runSandbox(readConfig(), console.log);
    case 'key':
      return newKey(rest, console.log, console.error);
    case 'schema':
      return rest.includes('--check') ? checkSchemaFile(console.error) : writeSchemaFile();
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
  if (config.workers === 1) return runGateway(config, console.log);
  return cluster.isPrimary ? runWorkers(config, console.log) : runWorker(config);
}

try {
  const exitCode = await main(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  const why = error instanceof CannotStart ? error.message : startProblem(error);
  if (why === undefined) throw error;
  console.error(`campaign-gateway cannot start:\n${why}`);
  process.exitCode = 1;
}
