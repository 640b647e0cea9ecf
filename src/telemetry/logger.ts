import { sep } from 'node:path';
import { type DestinationStream, type Logger, pino } from 'pino';
import { GatewayError } from '../domain/errors.js';

/** An error as a line of log has it. */
export interface LoggedError {
  readonly type: string;
  /** Its code, where it has a plain one. */
  readonly code?: string;
  /** Of errors whose text is ours; that of others may quote anything, an upstream's body or a command's password. */
  readonly message?: string;
  /** Where it was made: functions, and files from the package's root on. */
  readonly at?: readonly string[];
}

const plainWord = /^[\w$.-]{1,64}$/;
const maximumFrames = 12;

/** What of an error is told: neither its text, unless we wrote it, nor what it carries or was caused by. */
function loggedError(error: unknown): LoggedError {
  if (!(error instanceof Error)) return { type: typeof error };
  const { code } = error as { readonly code?: unknown };
  const frames = framesOf(error);
  return {
    type: plainWord.test(error.name) ? error.name : 'Error',
    ...(typeof code === 'string' && plainWord.test(code) && { code }),
    ...(error instanceof GatewayError && { message: error.message }),
    ...(frames.length > 0 && { at: frames }),
  };
}

function framesOf({ stack }: Error): string[] {
  return (stack ?? '')
    .split('\n')
    .flatMap((line) => /^ {4}at (.+)$/.exec(line)?.slice(1) ?? [])
    .slice(0, maximumFrames)
    .map(withoutRoot);
}

/** A frame without the machine's own folders: its path begins at a folder of the package. */
function withoutRoot(frame: string): string {
  const text = frame.replaceAll(sep, '/');
  const root = text.search(/\/(?:src|dist|node_modules|test)\//);
  if (root < 0) return text;
  const start = Math.max(text.lastIndexOf(' ', root), text.lastIndexOf('(', root)) + 1;
  return text.slice(0, start) + text.slice(root + 1);
}

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
