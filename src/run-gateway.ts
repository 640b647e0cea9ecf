import { type Config } from './config.js';
import { endOnSignal } from './end-on-signal.js';
import { startGateway } from './gateway.js';
import { readyLines } from './ready-lines.js';

/** Starts the gateway, says what it serves, and ends on a signal. */
export async function runGateway(config: Config, say: (line: string) => void): Promise<undefined> {
  const gateway = await startGateway(config);
  endOnSignal({ close: () => gateway.close(), graceMs: config.shutdownGraceMs });
  say(readyLines(config, gateway.url)); // last: who reads it may end it at once
  return undefined;
}
