import { closeSync, mkdtempSync, openSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { LogOutput } from '../../../src/telemetry/log-output.js';
import { until } from '../../support/clients/subscribing.js';

let directory: string;
let failures: string[];
beforeEach(() => {
  directory = mkdtempSync(`${tmpdir()}/log-`);
  failures = [];
});
afterEach(() => {
  rmSync(directory, { recursive: true });
});

function open(path: string) {
  const fd = openSync(path, 'a');
  return { fd, output: new LogOutput(fd, (code) => failures.push(code)) };
}

describe('the output of the log', () => {
  it('has every line once, in order, and at once when the process exits', async () => {
    const { fd, output } = open(`${directory}/log`);
    const lines = Array.from({ length: 2000 }, (_, index) => `{"line":${index},"text":"घ"}\n`);
    for (const line of lines) output.write(line);
    await until(() => readFileSync(`${directory}/log`, 'utf8') === lines.join(''));
    output.flushSync();
    output.write('first\n');
    output.write('last\n');
    output.flushSync();
    await until(() => readFileSync(`${directory}/log`, 'utf8') === `${lines.join('')}first\nlast\n`);
    closeSync(fd);
    expect(failures).toEqual([]);
  });

  it('loses lines while the disk is full, says so once, and ends at exit all the same', async () => {
    const { fd, output } = open('/dev/full');
    output.write('one\n');
    await until(() => failures.length > 0);
    for (let line = 0; line < 100; line += 1) output.write('more\n');
    output.flushSync();
    await until(() => failures.length > 0);
    expect(failures).toEqual(['ENOSPC']);
    closeSync(fd);
  });
});
