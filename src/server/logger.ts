import { type DestinationStream, type Logger, pino } from 'pino';

export { type Logger } from 'pino';

/** Structured logs, a JSON line each, to standard output unless told otherwise. */
export function createLogger(level: string, destination?: DestinationStream): Logger {
  const options = { level, base: null, timestamp: pino.stdTimeFunctions.isoTime };
  return destination ? pino(options, destination) : pino(options);
}
