#!/usr/bin/env node
import { readConfig } from './config.js';
import { ConfigError } from './config/environment.js';
import { newKey } from './new-key.js';
import { checkSchemaFile, writeSchemaFile } from './schema-file.js';
import { runGateway, runSandbox } from './run.js';

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
      return runGateway(readConfig(), console.log);
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

/** What is wrong with HOST and PORT, where that is why nothing can listen. */
function listenProblem(error: unknown): string | undefined {
  const { code = '', address = '', port = '' } = error as { code?: string; address?: string; port?: number };
  const place = `${address}:${port}`;
  if (code === 'EADDRINUSE') return `PORT: ${place} is in use by another process; set PORT to a free one.`;
  if (code === 'EACCES')
    return `PORT: ${place} may not be listened on by this user; set PORT to one above 1023.`;
  if (['EADDRNOTAVAIL', 'ENOTFOUND', 'EAI_AGAIN', 'EINVAL'].includes(code))
    return 'HOST: is not an address of this machine; set HOST to one that is.';
  return undefined;
}

try {
  const exitCode = await main(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  const why = error instanceof ConfigError ? error.message : listenProblem(error);
  if (why === undefined) throw error;
  console.error(`campaign-gateway cannot start:\n${why}`);
  process.exitCode = 1;
}
