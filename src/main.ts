#!/usr/bin/env node
import { StopSignals } from './cli/stop-signals.js';

// A signal may come at any time, so its handler is the first thing that is loaded. Each command then loads only the modules
// that it needs: loading takes most of the time and memory of a start.
const stopSignals = new StopSignals();

/** Runs a command. @returns the exit code; undefined while the command keeps running. */
async function main(words: readonly string[]): Promise<number | undefined> {
  const isPlainStart = words.length === 0 || (words.length === 1 && words[0] === 'start');
  if (isPlainStart) return (await import('./cli/start.js')).start(stopSignals, console.error);
  return (await import('./cli/command-line.js')).runCommandLine(words, stopSignals, console);
}

try {
  const exitCode = await main(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = exitCode;
} catch (error) {
  const { startErrorMessage } = await import('./cli/start-error.js');
  const message = startErrorMessage(error);
  if (message === undefined) throw error;
  console.error(`campaign-gateway cannot start:\n${message}`);
  process.exitCode = 1;
}
