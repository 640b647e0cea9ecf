import { spawnSync } from 'node:child_process';
import { beforeAll, expect, it } from '@jest/globals';
import { build, cwd, main } from '../support/gateway/workers.js';

beforeAll(build);

/** Runs a command that gets a signal from itself when it has handled signals, the first thing that it does. */
function interrupted(words: readonly string[], name: 'SIGTERM' | 'SIGINT') {
  const signalsItself = `process.on('newListener', (event) => {
    if (event === 'SIGTERM') process.nextTick(() => process.kill(process.pid, '${name}'));
  });`;
  const preload = `--import=data:text/javascript,${encodeURIComponent(signalsItself)}`;
  return spawnSync(process.execPath, [preload, main, ...words], {
    cwd,
    env: { PATH: process.env['PATH'], PORT: '0' },
    encoding: 'utf8',
    timeout: 120_000,
  });
}

/** The commands of the help that are no servers. */
function finiteCommands(): string[] {
  const { stdout } = spawnSync(process.execPath, [main, '--help'], { cwd, encoding: 'utf8' });
  const commands = [...stdout.matchAll(/^ {2}([a-z]+) (?:\[options\]|<)/gm)].map(([, name = '']) => name);
  return commands.filter((name) => name !== 'start' && name !== 'sandbox');
}

it('a command that a signal interrupts ends by it: its work is not done', () => {
  const words: Readonly<Record<string, string[]>> = { export: ['sid'], key: ['name', 'messages:read'] };
  const commands = finiteCommands();
  expect(commands).toEqual(['check', 'export', 'schema', 'key']);
  for (const name of commands) {
    const { status, signal, stderr } = interrupted([name, ...(words[name] ?? [])], 'SIGTERM');
    expect({ name, status, signal, stderr }).toEqual({ name, status: null, signal: 'SIGTERM', stderr });
  }
});

it.each([
  ['SIGTERM', []],
  ['SIGINT', []],
  ['SIGTERM', ['start']],
  ['SIGINT', ['--port', '0']],
  ['SIGTERM', ['--']],
  ['SIGTERM', ['sandbox', '--port=0']],
  ['SIGINT', ['sandbox', '--port=0']],
] as const)('a server that %s stops as soon as it runs ends with code 0: %j', (name, words) => {
  const { status, signal, stderr } = interrupted(words, name);
  expect({ status, signal, stderr }).toEqual({ status: 0, signal: null, stderr }); // stderr tells why it is not so
});
