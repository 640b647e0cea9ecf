import { spawnSync } from 'node:child_process';
import { expect, it } from '@jest/globals';

const root = new URL('../../', import.meta.url);

it('the benchmark compares like with like: the gateway answers what a server without GraphQL does, cached or not', () => {
  const { status, stdout, stderr } = spawnSync(
    process.execPath,
    ['bench/main.mjs', 'same', '--only', 'gateway'],
    { cwd: root, encoding: 'utf8', timeout: 110_000 },
  );
  expect(status === 0 ? '' : stderr).toBe('');
  const lines = stdout.trim().split('\n');
  const said = ['cache off', 'cache on'].map((cache) =>
    lines.filter((line) => line.endsWith(`: gateway, ${cache} answers as bare does`)),
  );
  expect(said.map(({ length }) => length)).toEqual([5, 5]);
}, 120_000);
