import { type DestinationStream, type Logger, pino } from 'pino';
import { loggedError } from './logged-error.js';

export { type Logger } from 'pino';

/** What nobody means to log; where it is logged by mistake, it is not told all the same. */
const neverTold = [
  'authorization',
  'apiKey',
  'apiToken',
  'token',
  'secret',
  'password',
  'headers',
  'body',
  'query',
  'variables',
  'template',
  'number',
  'url',
];

/** Structured logs, a JSON line each, to standard output unless told otherwise; each names the process where there are several. */
export function createLogger(level: string, destination?: DestinationStream, pid?: number): Logger {
  const options = {
    level,
    base: pid === undefined ? null : { pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: neverTold.flatMap((name) => [name, `*.${name}`]), censor: '[not told]' },
    serializers: { err: loggedError },
  };
  return destination ? pino(options, destination) : pino(options);
}
