import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);

it('bench: the gateway returns the same data as a server without GraphQL, with the cache on and off', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['bench/main.mjs', 'same', '--only', 'gateway'],
    { cwd: root, encoding: 'utf8', timeout: 170_000 },
  );
  expect(status === 0 ? '' : stderr).toBe('');
  const lines = stdout.trim().split('\n');
  const said = ['cache off', 'cache on'].map((cache) =>
    lines.filter((line) => line.endsWith(`: gateway, ${cache} answers as bare does`)),
  );
  expect(said.map(({ length }) => length)).toEqual([5, 5]);
});

it.each([
  ['a command that there is not', ['dance'], 'There is no "dance"'],
  ['two commands', ['same', 'growth'], 'There is no "same growth"'],
  ['an option that there is not', ['--nope'], "Unknown option '--nope'"],
  ['an option of another command', ['same', '--rounds', '1'], 'same takes no --rounds'],
  ['rounds of the warm-up', ['warm-up', '--rounds', '2'], 'warm-up takes no --rounds'],
  ['an invalid number of rounds', ['--rounds', '0'], '--rounds: got "0"'],
  ['a case that there is not', ['--case', 'nosuch'], '--case: no name has "nosuch"'],
  ['a part of growth that there is not', ['growth', '--case', 'nosuch'], '--case: no name has "nosuch"'],
  ['a contestant that there is not', ['same', '--only', 'nosuch'], '--only: no name has "nosuch"'],
  ['half a run for the page', ['--quick', '--markdown'], '--markdown is for whole runs'],
])('bench refuses %s without measuring anything', (_what, args, says) => {
  const { status, stdout, stderr } = spawnSync(process.execPath, ['bench/main.mjs', ...args], {
    cwd: root,
    encoding: 'utf8',
    timeout: 120_000,
  });
  expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
  expect(stderr).toContain(says);
});
