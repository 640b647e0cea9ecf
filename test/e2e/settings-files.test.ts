import { type ChildProcess, spawn, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from '@jest/globals';
import { describeWithRedis, type RunningRedis, startRedis } from '../support/programs/redis.js';
import { build, main } from '../support/gateway/workers.js';

beforeAll(build);

let cwd: string;
const children: ChildProcess[] = [];
beforeEach(() => {
  cwd = mkdtempSync(join(tmpdir(), 'settings-'));
});
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  rmSync(cwd, { recursive: true });
});

type Variables = Readonly<Record<string, string>>;
const write = (name: string, text: string, mode = 0o600): string => {
  writeFileSync(join(cwd, name), text);
  chmodSync(join(cwd, name), mode);
  return join(cwd, name);
};
const optionsOf = (set: Variables) => ({ cwd, env: { PATH: process.env['PATH'], PORT: '0', ...set } });

/** The start message and the log of a gateway that starts in the directory. */
async function started(set: Variables = {}, command = 'start'): Promise<string> {
  const child = spawn(process.execPath, [main, command], {
    ...optionsOf(set),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  children.push(child);
  let text = '';
  child.stderr.on('data', (chunk: Buffer) => (text += chunk.toString()));
  child.stdout.on('data', (chunk: Buffer) => (text += chunk.toString()));
  await new Promise<void>((resolve, reject) => {
    const look = (): void => {
      if (/is ready[^]*(?:\/readyz|Failures)[^]*\n/.test(text)) resolve();
    };
    child.stderr.on('data', look);
    child.stdout.on('data', look);
    child.once('exit', () => {
      reject(new Error(text));
    });
  });
  return text;
}

/** The problems of a start that fails in the directory. */
function problems(set: Variables = {}, command = 'start'): string[] {
  const { status, stderr } = spawnSync(process.execPath, [main, command], {
    ...optionsOf(set),
    encoding: 'utf8',
    timeout: 120_000,
  });
  const [first, ...lines] = stderr.trim().split('\n');
  expect([status, first]).toEqual([1, 'campaign-gateway cannot start:']);
  return lines;
}

describe('.env in the working directory', () => {
  it('is read, the environment wins, and the start message says so', async () => {
    write('.env', 'SANDBOX_SPEED=7\nPORT=1\nLOG_LEVEL=silent\n');
    const text = await started();
    expect(text).toContain('at 7 times real speed');
    expect(text).toContain(
      `Settings   ${join(cwd, '.env')} was read; the environment has other values of PORT, and wins\n`,
    );
  });

  it('is read by the sandbox too', async () => {
    write('.env', 'SANDBOX_SPEED=7\n');
    expect(await started({}, 'sandbox')).toContain('at 7 times real speed');
  });

  it('is refused with all its problems, together with those of the environment', () => {
    write('.env', 'EXOTEL_REGON=mumbai\nLOG_LEVEL=loud\nWEBHOOK_SECRET="sekret\n');
    expect(problems({ CORS_ORIGIN: 'https://a.example' }).sort()).toEqual([
      ".env: line 3 can't be read, takes NAME=value or export NAME=value; a value with #, or with a quote at its start, goes between quotes.",
      expect.stringMatching(/^CORS_ORIGIN: got "https:/),
      expect.stringMatching(/^EXOTEL_REGON in \.env: got "mumbai", .*rename it to EXOTEL_REGION/),
      expect.stringMatching(/^LOG_LEVEL in \.env: got "loud", takes one of/),
    ]);
  });

  it('is refused if it is a directory', () => {
    mkdirSync(join(cwd, '.env'));
    expect(problems()).toEqual(['.env: it is a directory; correct it or start in another directory.']);
  });

  it('does not matter to commands without settings', () => {
    write('.env', 'EXOTEL_REGON=mumbai');
    const { status } = spawnSync(process.execPath, [main, 'key', 'anna', 'campaigns:read'], optionsOf({}));
    expect(status).toBe(0);
  });
});

describeWithRedis('.env with workers', () => {
  let redis: RunningRedis;
  beforeEach(async () => {
    redis = await startRedis();
  });
  afterEach(() => redis.stop());

  it('is read once, by the primary process', async () => {
    write('.env', `WORKERS=2\nREDIS_URL=${redis.url}\nMETRICS_TOKEN=a-long-and-random-one\n`);
    const text = await started();
    expect(text.match(/Settings {3}.*\.env was read\n/g)).toHaveLength(1);
    const url = /(http:\S+)\/livez/.exec(text)?.[1] ?? '';
    expect((await fetch(`${url}/metrics`)).status).toBe(401); // a worker knows the token
    const authorization = 'Bearer a-long-and-random-one';
    expect((await fetch(`${url}/metrics`, { headers: { authorization } })).status).toBe(200);
  });
});

it('warnings are in the start message and in the log: the sandbox in production, a file of keys that others can write', async () => {
  const path = write('keys.json', '[]', 0o666);
  const text = await started({ NODE_ENV: 'production', AUTH_MODE: 'api-key', API_KEYS_FILE: path });
  const warnings = {
    Sandbox:
      'NODE_ENV IS PRODUCTION, BUT NO ACCOUNT IS SET: CAMPAIGNS GO TO THE EMBEDDED SANDBOX AND REACH NOBODY ' +
      '(EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN)',
    Weak: `API_KEYS_FILE: other users can write it, ${path}: they decide what the gateway accepts (chmod go-w)`,
  };
  for (const [kind, warning] of Object.entries(warnings)) {
    expect(text).toContain(`  ${kind.padEnd(10)} ${warning}\n`);
    expect(text).toMatch(new RegExp(`"level":40.*${warning.slice(0, 30)}`));
  }
  expect(text).not.toContain('Settings');
});
