#!/usr/bin/env node
import { ConfigError, readConfig } from './config.js';
import { checkSchemaFile, writeSchemaFile } from './schema-file.js';
import { runGateway, runSandbox } from './run.js';

const usage = `campaign-gateway [command]

  start            the gateway (default); with no EXOTEL_… variables set, on the embedded sandbox
  sandbox          the sandbox alone, as an upstream for others
  schema           write schema.graphql
  schema --check   fail where schema.graphql is not what the code makes

Configuration is by environment variables; README.md has the table.`;

/** Runs a command; answers the exit code, or undefined while it runs on. */
async function main([command = 'start', ...rest]: readonly string[]): Promise<number | undefined> {
  switch (command) {
    case 'start':
      return runGateway(readConfig(), console.log);
    case 'sandbox':
      return runSandbox(readConfig(), console.log);
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

try {
  const exitCode = await main(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  const known = error instanceof ConfigError || (error as NodeJS.ErrnoException).code === 'EADDRINUSE';
  if (!known) throw error;
  console.error(`campaign-gateway cannot start:\n${(error as Error).message}`);
  process.exitCode = 1;
}
