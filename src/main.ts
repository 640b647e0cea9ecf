#!/usr/bin/env node
import { StopSignals } from './cli/stop-signals.js';

// A signal may come at any time, so its handler is the first thing that is loaded. Each command then loads only the modules
// that it needs: loading takes most of the time and memory of a start.
const stopSignals = new StopSignals();
/** Commands with an end. A signal ends them at once, as it would without a handler. */
const finite: readonly (string | undefined)[] = ['check', 'export', 'schema', 'key'];
if (finite.includes(process.argv[2])) stopSignals.ignore();

/** Whether the result of a command could not be printed. `console` does not report that. */
const output = { isLost: false };

/** Runs a command. @returns the exit code; undefined while the command keeps running. */
async function main(words: readonly string[]): Promise<number | undefined> {
  const isPlainStart = words.length === 0 || (words.length === 1 && words[0] === 'start');
  if (isPlainStart) return (await import('./cli/start.js')).start(stopSignals, console.error);
  process.stdout.on('error', ({ code }: NodeJS.ErrnoException) => {
    // A reader that has gone, as in `… | head -1`, has what it wanted.
    if (code === 'EPIPE') return;
    console.error(`campaign-gateway: standard output cannot be written (${code}).`);
    output.isLost = true;
    process.exitCode = 1;
  });
  return (await import('./cli/command-line.js')).runCommandLine(words, stopSignals, console);
}

try {
  const exitCode = await main(process.argv.slice(2));
  if (exitCode !== undefined) process.exitCode = output.isLost ? 1 : exitCode;
} catch (error) {
  const { startErrorMessage } = await import('./cli/start-error.js');
  const message = startErrorMessage(error);
  if (message === undefined) throw error;
  console.error(`campaign-gateway cannot start:\n${message}`);
  process.exitCode = 1;
}
