import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** What `utime` and `stime` in /proc count in: 100 a second on every Linux that there is, but it can be asked. */
const ticksPerSecond = Number(said('getconf', ['CLK_TCK']) ?? 100);

/**
 * What a process has cost so far, all its threads together. Where there is no /proc, `ps` is asked: it has no peak.
 * @param {number} pid
 * @returns {{ cpuMs: number, rssMb: number, peakMb: number }}
 */
export function processCost(pid) {
  try {
    const fields = readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ')[1].split(' ');
    const ticks = Number(fields[11]) + Number(fields[12]);
    const status = readFileSync(`/proc/${pid}/status`, 'utf8');
    const megabytes = (name) => Number(new RegExp(`^${name}:\\s+(\\d+) kB`, 'm').exec(status)?.[1]) / 1024;
    return {
      cpuMs: (ticks * 1000) / ticksPerSecond,
      rssMb: megabytes('VmRSS'),
      peakMb: megabytes('VmHWM'),
    };
  } catch {
    const [rss = '', time = ''] =
      said('ps', ['-o', 'rss=,time=', '-p', String(pid)])
        ?.trim()
        .split(/\s+/) ?? [];
    const seconds = time.split(/[:-]/).reduce((sum, part) => sum * 60 + Number(part), 0);
    return { cpuMs: seconds * 1000, rssMb: Number(rss) / 1024, peakMb: Number.NaN };
  }
}

function said(command, args) {
  try {
    return execFileSync(command, args, { encoding: 'utf8', stdio: ['ignore', 'pipe', 'ignore'] });
  } catch {
    return undefined;
  }
}
