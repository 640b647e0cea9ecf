import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../../src/config/config.js';
import { noticesOf } from '../../../../src/config/start-message.js';
import { readyLines } from '../../../../src/cli/start.js';
import { someFile } from '../../../support/gateway/known-variables.js';
import { credentials, problemsOf } from '../config-environments.js';

const jwt = { AUTH_MODE: 'jwt', JWT_ISSUER: 'issuer', JWT_AUDIENCE: 'campaigns' };
const apiKey = { AUTH_MODE: 'api-key', API_KEYS_FILE: someFile };
const secret = { WEBHOOK_SECRET: 'a-long-and-random-one' };

describe.each(['WEBHOOK_SECRET', 'METRICS_TOKEN'])('%s', (name) => {
  it.each(['abc', 'fifteen-letters', '👍👍👍👍👍👍👍👍', '  fifteen-letters  '])(
    '%j is too short, and refused without being shown',
    (text) => {
      const length = Array.from(text.trim()).length;
      expect(problemsOf({ [name]: text })).toEqual([
        `${name}: got ${length} characters, takes a secret text of 16 characters or more on one line, at least 5 of them different, random, e.g. of openssl rand -hex 32.`,
      ]);
    },
  );

  it.each(['a'.repeat(16), 'abcd'.repeat(16)])('%j repeats a few characters, and is refused', (text) => {
    expect(problemsOf({ [name]: text })).toEqual([
      expect.stringMatching(
        new RegExp(`^${name}: got ${text.length} characters, .* at least 5 of them different`),
      ),
    ]);
  });

  it('of several lines is refused', () => {
    expect(problemsOf({ [name]: 'a-long-and-random-one\nand another' })).toEqual([
      expect.stringMatching(`^${name}: got 33 characters, .* on one line`),
    ]);
  });

  it('of 16 characters is long enough', () => {
    expect(problemsOf({ [name]: 'sixteen-letters!' })).toEqual([]);
  });

  it('of blanks counts as not set', () => {
    expect(readConfig({ [name]: ' '.repeat(40) })).toMatchObject({
      webhookSecret: undefined,
      access: { metricsToken: undefined },
    });
  });
});

it.each([
  ['EXOTEL_API_KEY', 'a:b', 'ASCII without spaces and colons'],
  ['EXOTEL_API_KEY', 'a\nb', 'ASCII without spaces and colons'],
  ['EXOTEL_API_TOKEN', 'a b', 'ASCII without spaces'],
  ['EXOTEL_API_TOKEN', 'schlüssel', 'ASCII without spaces'],
])('%s of %j is refused, and not shown', (name, text, words) => {
  expect(problemsOf({ ...credentials, [name]: text })).toEqual([
    `${name}: got ${text.length} characters, takes the account's own: ${words}.`,
  ]);
});

it('JWT_AUDIENCE of a wildcard is refused', () => {
  const jwks = { JWT_JWKS_URL: 'https://issuer.example/jwks' };
  expect(problemsOf({ ...jwt, ...jwks, JWT_AUDIENCE: '*' })).toEqual([
    expect.stringContaining('JWT_AUDIENCE: got "*", takes'),
  ]);
});

/** Each address that goes with a secret, at a host. */
const addresses: [name: string, secret: RegExp, at: (origin: string) => Record<string, string>][] = [
  ['EXOTEL_BASE_URL', /credentials/, (origin) => ({ ...credentials, EXOTEL_BASE_URL: origin })],
  ['JWT_JWKS_URL', /keys/, (origin) => ({ ...jwt, JWT_JWKS_URL: `${origin}/jwks` })],
  ['PUBLIC_URL', /addresses of the webhooks/, (origin) => ({ ...secret, PUBLIC_URL: `${origin}/exotel` })],
  ['OTEL_EXPORTER_OTLP_ENDPOINT', /traces/, (origin) => ({ OTEL_EXPORTER_OTLP_ENDPOINT: origin })],
  [
    'CACHE_INVALIDATION_ENDPOINTS',
    /CACHE_INVALIDATION_KEY/,
    (origin) => ({
      CACHE_INVALIDATION_ENDPOINTS: `https://router.example.com,${origin}`,
      CACHE_INVALIDATION_KEY: 'key-4711',
    }),
  ],
];

describe.each(addresses)('%s over plain HTTP', (name, what, at) => {
  it.each([
    'http://api.example.com',
    'HTTP://api.example.com',
    'http://10.0.0.7:9000',
    'http://collector:4318',
    'http://localhost.example.com',
    'http://127.0.0.1.example.com',
    'http://[2001:db8::1]:9000',
    ...(name === 'PUBLIC_URL' ? [] : ['http://0.0.0.0:9000']), // refused as PUBLIC_URL anyway
  ])('to %s is refused, unless it is allowed', (origin) => {
    const [problem = '', ...others] = problemsOf(at(origin));
    expect(others).toEqual([]);
    expect(problem).toMatch(new RegExp(`^${name}: got ".*", takes https: .*ALLOW_HTTP=on allows it\\.$`));
    expect(problem).toMatch(what);
    expect(problemsOf({ ...at(origin), ALLOW_HTTP: 'off' })).toEqual([problem]);
    expect(problemsOf({ ...at(origin), ALLOW_HTTP: 'on' })).toEqual([]);
  });

  it.each([
    'https://api.example.com',
    'http://127.0.0.1:9000',
    'http://127.1.2.3',
    'http://localhost:9000',
    'http://api.localhost',
    'http://[::1]:9000',
    'http://[::ffff:127.0.0.1]:9000',
  ])('to %s is accepted', (origin) => {
    expect(readConfig(at(origin)).plainHttp).toEqual([]);
  });
});

it('ALLOW_HTTP takes on or off', () => {
  expect(problemsOf({ ALLOW_HTTP: 'yes' })).toEqual(['ALLOW_HTTP: got "yes", takes on or off.']);
});

describe('the start message', () => {
  /** Its lines about what is closed and what is weak. */
  const said = (environment: Record<string, string>): string[] =>
    readyLines(readConfig(environment), 'http://127.0.0.1:4000')
      .split('\n')
      .map((line) => line.trim())
      .filter((line) => /^(Hosts|Closed|Weak)\b/.test(line));
  const others = { HOST: '0.0.0.0' };
  const closed = {
    metrics: 'Closed     /metrics, until METRICS_TOKEN is set',
    callbacks: 'Closed     callbacks of routers, until SUBSCRIPTION_CALLBACK_ORIGINS is set',
  };
  const token = { METRICS_TOKEN: 'a-long-and-random-one' };
  const openRedis =
    'Weak       REDIS_URL has no password: anyone who can reach that Redis can read phone numbers and texts, and change keys';

  it.each<[string, Record<string, string>, string[]]>([
    [
      'of a local gateway has its host names only',
      {},
      ['Hosts      localhost; requests to other names are refused (ALLOWED_HOSTS)'],
    ],
    [
      'names the hosts that are allowed',
      { ALLOWED_HOSTS: 'a.example, b.example:8443', SUBSCRIPTION_CALLBACK_ORIGINS: 'https://router' },
      [
        'Hosts      localhost, a.example, b.example:8443; requests to other names are refused (ALLOWED_HOSTS)',
      ],
    ],
    ['says what is closed elsewhere', { ...others, ...apiKey }, [closed.metrics, closed.callbacks]],
    ['says what is closed with authentication', apiKey, [closed.callbacks]],
    [
      'has nothing more where all is set',
      { ...others, ...apiKey, ...token, SUBSCRIPTION_CALLBACK_ORIGINS: 'https://router' },
      [],
    ],
    [
      'says that anyone may do everything',
      { ...others, ...token, AUTH_MODE: 'none' },
      [
        'Hosts      localhost; requests to other names are refused (ALLOWED_HOSTS)',
        closed.callbacks,
        'Weak       AUTH_MODE is none on 0.0.0.0: anyone who can reach it can read, send and stop campaigns',
      ],
    ],
    [
      'says what goes over plain HTTP',
      { ...apiKey, ...credentials, EXOTEL_BASE_URL: 'http://api.example', ALLOW_HTTP: 'on' },
      [
        closed.callbacks,
        "Weak       EXOTEL_BASE_URL is plain HTTP (ALLOW_HTTP=on): the account's credentials can be read on the way",
      ],
    ],
    [
      'says that Redis has no password',
      { ...apiKey, REDIS_URL: 'redis://redis:6379/0' },
      [closed.callbacks, openRedis],
    ],
    [
      'says so of TLS too',
      { ...apiKey, REDIS_URL: 'rediss://user@redis:6379' },
      [closed.callbacks, openRedis],
    ],
    ['says so not of a password', { ...apiKey, REDIS_URL: 'redis://:secret@redis:6379' }, [closed.callbacks]],
    ['says so not of this machine', { ...apiKey, REDIS_URL: 'redis://localhost' }, [closed.callbacks]],
  ])('%s', (_what, environment, lines) => {
    expect(said(environment)).toEqual(lines);
  });
});

describe('the start message names a file of settings', () => {
  let folder: string;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'weak-'));
  });
  afterEach(() => {
    rmSync(folder, { recursive: true });
  });

  const others = 'other users can write';
  it.each<[string, number, number, string | undefined]>([
    ['that others can write', 0o666, 0o755, `${others} it`],
    ['that its group can write', 0o620, 0o755, `${others} it`],
    ['in a directory that others can write', 0o600, 0o777, `${others} its directory`],
    ['in a directory that its group can write', 0o600, 0o770, `${others} its directory`],
    ['not if only its owner can write it', 0o644, 0o755, undefined],
    ['not in a sticky directory, as of a Secret in Kubernetes', 0o440, 0o1777, undefined],
  ])('%s', (_what, mode, directoryMode, problem) => {
    const path = join(folder, 'file');
    writeFileSync(path, 'a-long-and-random-one');
    chmodSync(path, mode);
    chmodSync(folder, directoryMode);
    const environments: Record<string, Record<string, string>> = {
      API_KEYS_FILE: { AUTH_MODE: 'api-key', API_KEYS_FILE: path },
      TRUSTED_DOCUMENTS: { TRUSTED_DOCUMENTS: path },
      METRICS_TOKEN_FILE: { METRICS_TOKEN_FILE: path },
    };
    for (const [setting, environment] of Object.entries(environments))
      expect(weak(environment)).toEqual(
        problem === undefined
          ? []
          : [`${setting}: ${problem}, ${path}: they decide what the gateway accepts (chmod go-w)`],
      );
  });
});

it('the start message names a link to a file in a directory that others can write', () => {
  const folder = mkdtempSync(join(tmpdir(), 'weak-'));
  mkdirSync(join(folder, 'open'));
  writeFileSync(join(folder, 'open', 'keys'), '[]', { mode: 0o600 });
  chmodSync(join(folder, 'open'), 0o777);
  const path = join(folder, 'link');
  symlinkSync(join(folder, 'open', 'keys'), path);
  expect(weak({ ...apiKey, API_KEYS_FILE: path })).toEqual([
    `API_KEYS_FILE: other users can write its directory, ${path}: they decide what the gateway accepts (chmod go-w)`,
  ]);
  rmSync(folder, { recursive: true });
});

it('the start message names a public scope of caches with authentication', () => {
  expect(weak({ ...jwt, JWT_JWKS_URL: 'https://issuer.example/jwks', CACHE_SCOPE: 'public' })).toEqual([
    'CACHE_SCOPE is public and AUTH_MODE is jwt: caches serve campaigns without credentials; only a router that checks ' +
      'scopes itself may reach this gateway',
  ]);
  expect(weak({ CACHE_SCOPE: 'public' })).toEqual([]);
  expect(weak({ ...jwt, JWT_JWKS_URL: 'https://issuer.example/jwks', CACHE_SCOPE: 'private' })).toEqual([]);
});

it('the start message names trusted documents that bind nobody', () => {
  const apps = { TRUSTED_DOCUMENTS: someFile, TRUSTED_DOCUMENTS_MODE: 'apps' };
  expect(weak(apps)).toEqual([
    'TRUSTED_DOCUMENTS_MODE is apps and AUTH_MODE is none: anyone can send any document',
  ]);
  expect(weak({ ...apps, ...apiKey })).toEqual([]);
});

it('the start message is loud about the sandbox in production', () => {
  const sandbox = (environment: Record<string, string>): string[] =>
    noticesOf(readConfig(environment)).flatMap(({ kind, text }) => (kind === 'Sandbox' ? [text] : []));
  expect(sandbox({ NODE_ENV: 'production' })).toEqual([expect.stringContaining('NO ACCOUNT IS SET')]);
  expect(sandbox({ NODE_ENV: 'production', ...credentials })).toEqual([]);
  expect(sandbox({ NODE_ENV: 'development' })).toEqual([]);
});

function weak(environment: Record<string, string>): string[] {
  return noticesOf(readConfig(environment)).flatMap(({ kind, text }) => (kind === 'Weak' ? [text] : []));
}
