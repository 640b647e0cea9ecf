import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { GatewayError } from '../../../src/domain/errors.js';
import { UpstreamFailure } from '../../../src/domain/upstream-failure.js';
import { apolloLogger } from '../../../src/server/http/apollo-front.js';
import { type Logger } from 'pino';
import { createLogger, prettyOutput } from '../../../src/telemetry/logger.js';

/** The log line that a function writes. */
function written(write: (logger: Logger) => void): Record<string, unknown> {
  const lines: string[] = [];
  write(createLogger('trace', { write: (line) => void lines.push(line) }));
  expect(lines).toHaveLength(1);
  const [line = ''] = lines;
  expect(line).not.toContain('canary');
  expect(line).not.toContain(process.cwd());
  return JSON.parse(line) as Record<string, unknown>;
}

describe('a logged error', () => {
  const replyError = Object.assign(new Error('ERR AUTH canary called'), {
    name: 'ReplyError',
    command: { name: 'auth', args: ['canary-password'] },
  });
  it.each<[what: string, error: unknown, logged: Record<string, unknown>]>([
    ['of another library has its type only', new TypeError('cannot read canary'), { type: 'TypeError' }],
    ['of Redis does not have the refused command', replyError, { type: 'ReplyError' }],
    [
      'of a connection has its code',
      Object.assign(new Error('connect ECONNREFUSED canary.internal'), { code: 'ECONNREFUSED' }),
      { type: 'Error', code: 'ECONNREFUSED' },
    ],
    [
      'with a cause does not have the cause',
      new Error('failed', { cause: new Error('canary') }),
      { type: 'Error' },
    ],
    [
      'whose name and code are sentences has neither',
      Object.assign(new Error('x'), { name: 'canary said so', code: 'canary, too' }),
      { type: 'Error' },
    ],
    [
      'of the gateway has its message',
      new GatewayError('BAD_USER_INPUT', 'Argument "first" must be positive.', { argument: 'canary' }),
      { type: 'GatewayError', code: 'BAD_USER_INPUT', message: 'Argument "first" must be positive.' },
    ],
    [
      'of the upstream has the message of the gateway only',
      new UpstreamFailure('refused', { name: 'canary' }),
      { type: 'UpstreamFailure', message: 'The upstream API refused the request as invalid.' },
    ],
    ['that is not an Error has its type', 'canary', { type: 'string' }],
  ])('%s', (_what, error, logged) => {
    const line = written((logger) => {
      logger.error({ err: error }, 'it failed');
    });
    expect(line).toMatchObject({ msg: 'it failed', err: logged });
    if (!logged['message']) expect(line['err']).not.toHaveProperty('message');
  });

  it('has a stack trace with paths relative to the package root', () => {
    const { err } = written((logger) => {
      logger.error({ err: new Error('x') });
    });
    const { at } = err as { at: string[] };
    expect(at[0]).toMatch(/^(.* \()?test\/unit\/telemetry\/logger\.test\.ts:\d+:\d+\)?$/);
  });
});

it.each([
  'authorization',
  'apiToken',
  'token',
  'secret',
  'password',
  'headers',
  'body',
  'variables',
  'template',
  'number',
  'url',
])('redacts a sensitive property: %s', (name) => {
  const line = written((logger) => {
    logger.info({ [name]: 'canary', within: { [name]: 'canary' } }, 'something');
  });
  expect(line).toMatchObject({ [name]: '[redacted]', within: { [name]: '[redacted]' } });
});

it.each([
  ['SubscriptionCallback[canary-id]: `check` request failed: canary', '`check` request failed'],
  [
    'SubscriptionCallback: Starting new heartbeat interval for http://canary/x',
    'Starting new heartbeat interval for ',
  ],
  ['Unexpected error processing request: Error: canary', 'Unexpected error processing request'],
  ['graphql-js subscription unsuccessful: [\n\tcanary]', 'graphql-js subscription unsuccessful'],
])('cuts a log message of a library before the data that it quotes: %s', (text, logged) => {
  const line = written((logger) => {
    apolloLogger(logger).error(text);
  });
  expect(line).toMatchObject({ library: 'apollo', message: logged });
});

describe('log lines for a person', () => {
  it.each([
    ['standard output is not a terminal', { isTTY: false, fd: 1 }, false],
    ['it is a pipe or a file', { fd: 1 }, false],
    ['NODE_ENV is production', { isTTY: true, fd: 1 }, true],
  ])('are not written if %s', (_what, output, isProduction) => {
    expect(prettyOutput(output, isProduction)).toBeUndefined();
  });

  it('are written in a terminal, one for each line, at once', () => {
    const folder = mkdtempSync(join(tmpdir(), 'lines-'));
    const file = join(folder, 'terminal');
    const fd = openSync(file, 'w');
    const logger = createLogger('info', prettyOutput({ isTTY: true, fd }, false));
    logger.info({ client: { name: 'a\n[00:00:00] FATAL: b' }, token: 'canary' }, 'operation completed');
    const text = readFileSync(file, 'utf8');
    closeSync(fd);
    rmSync(folder, { recursive: true });
    expect(text.split('\n')).toHaveLength(2);
    expect(text).toMatch(/^\[\d\d:\d\d:\d\d\.\d{3}\] .*INFO.*operation completed/);
    expect(text).toContain(String.raw`a\n[00:00:00] FATAL: b`);
    expect(text).not.toContain('canary');
  });
});
