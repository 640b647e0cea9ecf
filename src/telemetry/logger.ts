import { writeSync } from 'node:fs';
import { createRequire } from 'node:module';
import { sep } from 'node:path';
import { type DestinationStream, type Logger, pino } from 'pino';
import type prettyFactory from 'pino-pretty';
import { GatewayError } from '../domain/errors.js';
import { LogOutput } from './log-output.js';

/** Fields of an error in a log line. */
interface LoggedError {
  readonly type: string;
  /** Error code, if it is a plain word. */
  readonly code?: string;
  /** Message of a `GatewayError` only: other messages may quote an upstream body or a password. */
  readonly message?: string;
  /** Stack frames, with paths relative to the package. */
  readonly at?: readonly string[];
}

const plainWord = /^[\w$.-]{1,64}$/;
const maximumFrames = 12;

/** Serializes an error without foreign messages, extra properties or causes. */
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

/** Removes the folders above the package from a stack frame. */
function withoutRoot(frame: string): string {
  const text = frame.replaceAll(sep, '/');
  const root = text.search(/\/(?:src|dist|node_modules|test)\//);
  if (root < 0) return text;
  const start = Math.max(text.lastIndexOf(' ', root), text.lastIndexOf('(', root)) + 1;
  return text.slice(0, start) + text.slice(root + 1);
}

/** Fields that are redacted if they are logged by mistake. */
const redactedFields = [
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

/**
 * A stream that shows log lines to a person: in a terminal, in development, where `pino-pretty` is installed.
 * @param output standard output.
 * @returns undefined where the lines are for programs.
 */
export function prettyOutput(
  output: { readonly isTTY?: boolean; readonly fd: number },
  isProduction: boolean,
): DestinationStream | undefined {
  if (output.isTTY !== true || isProduction) return undefined;
  try {
    const pretty = createRequire(import.meta.url)('pino-pretty') as typeof prettyFactory;
    // Without a thread or a buffer, so that the last line before an exit is not lost.
    return pretty({
      destination: output.fd,
      sync: true,
      singleLine: true,
      colorize: true,
      translateTime: 'SYS:HH:MM:ss.l',
    });
  } catch {
    return undefined; // a development dependency: packages and images don't have it
  }
}

/**
 * Creates a logger of JSON lines.
 * @param destination standard output by default.
 * @param pid added to each line, to tell several processes apart.
 */
export function createLogger(level: string, destination?: DestinationStream, pid?: number): Logger {
  const options = {
    level,
    base: pid === undefined ? null : { pid },
    timestamp: pino.stdTimeFunctions.isoTime,
    redact: { paths: redactedFields.flatMap((name) => [name, `*.${name}`]), censor: '[redacted]' },
    serializers: { err: loggedError },
  };
  return pino(options, destination ?? standardOutput());
}

let output: LogOutput | undefined;

/** Standard output, which all loggers of a process share. */
function standardOutput(): LogOutput {
  if (output) return output;
  const opened = new LogOutput(1, (code) => {
    try {
      writeSync(2, `The log cannot be written (${code}); lines are lost.\n`);
    } catch {
      // Standard error may be on the same full disk.
    }
  });
  process.once('exit', () => {
    opened.flushSync();
  });
  output = opened;
  return opened;
}
