import { chmodSync, chownSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { type DotEnv, loadDotEnv } from '../../../src/config/environment/dot-env.js';

let folder: string;
let path: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'dot-env-'));
  path = join(folder, '.env');
});
afterEach(() => {
  rmSync(folder, { recursive: true });
});

/** Loads a file of this text into an environment, and returns both. */
function load(text: string | Buffer, before: Record<string, string> = {}): DotEnv & { environment: object } {
  writeFileSync(path, text, { mode: 0o600 });
  const environment = { ...before };
  const dotEnv = loadDotEnv(environment, path);
  if (!dotEnv) throw new Error('it was not read');
  return { ...dotEnv, environment };
}

describe('.env', () => {
  it('may be missing', () => {
    expect(loadDotEnv({}, path)).toBeUndefined();
  });

  it('may be empty', () => {
    expect(load('')).toEqual({ path, set: [], overridden: [], problems: [], environment: {} });
  });

  it('sets variables as Node reads them', () => {
    const lines = [
      '# The account',
      '',
      'EXOTEL_REGION=mumbai',
      '  export PORT = 4001   # ours',
      'EMPTY=',
      'EMPTY_TOO=  # nothing',
      `SINGLE='a # "b" $c'`,
      'DOUBLE="a # b"',
      "BACKTICKS=`a'b`",
      'BLANKS=a b',
      "MIDDLE=it's",
      'EQUALS=a=b==',
      'LAST=1',
    ];
    const environment = {
      EXOTEL_REGION: 'mumbai',
      PORT: '4001',
      EMPTY: '',
      EMPTY_TOO: '',
      SINGLE: 'a # "b" $c',
      DOUBLE: 'a # b',
      BACKTICKS: "a'b",
      BLANKS: 'a b',
      MIDDLE: "it's",
      EQUALS: 'a=b==',
      LAST: '1',
    };
    const set = Object.keys(environment);
    for (const end of ['\n', '\r\n', '\r'])
      for (const [start, tail] of [
        ['', ''],
        ['\uFEFF', end],
      ] as const)
        expect(load(`${start}${lines.join(end)}${tail}`)).toEqual({
          path,
          set: expect.arrayContaining(set),
          overridden: [],
          problems: [],
          environment,
        });
  });

  it('leaves what the environment has, also an empty variable', () => {
    const { environment, set, overridden } = load('PORT=4001\nHOST=a\nCACHE=off\nLOG_LEVEL=debug', {
      PORT: '4002',
      HOST: '',
      CACHE: 'off',
    });
    expect(environment).toEqual({ PORT: '4002', HOST: '', CACHE: 'off', LOG_LEVEL: 'debug' });
    expect([set, [...overridden].sort()]).toEqual([['LOG_LEVEL'], ['HOST', 'PORT']]);
  });

  it.each([
    ['a value that Node would cut', 'WEBHOOK_SECRET=sekret#0815'],
    ['a value that Node would drop', 'WEBHOOK_SECRET=#sekret'],
    ['a quote without an end', 'WEBHOOK_SECRET="sekret'],
    ['a quote that ends on another line', 'WEBHOOK_SECRET="sekret\n"'],
    ['text after a quote', 'WEBHOOK_SECRET="sek"ret'],
    ['no value', 'WEBHOOK_SECRET'],
    ['a colon', 'WEBHOOK_SECRET: sekret'],
    ['no name', '=sekret'],
    ['a name with a hyphen', 'WEBHOOK-SECRET=sekret'],
    ['a shell command', 'set WEBHOOK_SECRET=sekret'],
    ['export and a tab', 'export\tWEBHOOK_SECRET=sekret'],
    ['export in capitals', 'EXPORT WEBHOOK_SECRET=sekret'],
    ['export without a space', 'exportWEBHOOK_SECRET=sekret'],
    ['export and two spaces', 'export  WEBHOOK_SECRET=sekret'],
    ['UTF-16', Buffer.from('\uFEFFWEBHOOK_SECRET=sekret', 'utf16le')],
  ])('is refused with %s, by the line and without its text', (_what, text) => {
    const { problems, environment } = load(Buffer.concat([Buffer.from('PORT=4001\n'), Buffer.from(text)]));
    expect(problems[0]).toBe(
      "line 2 can't be read, takes NAME=value or export NAME=value; a value with #, or with a quote at its start, goes between quotes",
    );
    expect(problems.join()).not.toContain('sekret');
    expect(environment).toEqual({ PORT: '4001' });
  });

  it('is refused if it sets a variable twice', () => {
    expect(load('PORT=1\n\nexport PORT=2').problems).toEqual([
      'line 3 sets PORT again; remove one of the two',
    ]);
  });

  it.each(['NODE_OPTIONS', 'NODE_EXTRA_CA_CERTS', 'NODE_TLS_REJECT_UNAUTHORIZED', 'UV_THREADPOOL_SIZE'])(
    'is refused with %s, which Node has read before',
    (name) => {
      const { problems, environment } = load(`${name}=1\nNODE_ENV=production`);
      expect(problems).toEqual([
        `${name} has no effect here, since Node reads it before this file; set it in the environment`,
      ]);
      expect(environment).toEqual({ NODE_ENV: 'production' });
    },
  );

  it('is refused if it is a directory, a link to nowhere, or huge', () => {
    mkdirSync(path);
    expect(() => loadDotEnv({}, path)).toThrow('it is a directory');
    rmSync(path, { recursive: true });
    symlinkSync(join(folder, 'gone'), path);
    expect(() => loadDotEnv({}, path)).toThrow('there is no such file');
    rmSync(path);
    symlinkSync(path, path);
    expect(() => loadDotEnv({}, path)).toThrow('it cannot be read: ELOOP');
    rmSync(path);
    expect(() => load('A=1\n'.repeat(20_000))).toThrow('it has 80000 bytes, more than 65536');
  });

  const asRoot = process.getuid?.() === 0 ? it : it.skip; // nobody else can give files away
  asRoot('of another user is refused where anyone can create files, such as /tmp', () => {
    load('PORT=1');
    chownSync(path, 12_345, 12_345);
    expect(loadDotEnv({}, path)).toMatchObject({ set: ['PORT'] });
    chmodSync(folder, 0o1777);
    expect(() => loadDotEnv({}, path)).toThrow(
      'it belongs to another user, in a directory that anyone can write to',
    );
    chownSync(path, 0, 0);
    expect(loadDotEnv({}, path)).toMatchObject({ set: ['PORT'] });
  });
});
