import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../../src/config/config.js';
import { ConfigError } from '../../../../src/config/environment/environment.js';
import { credentials, problemsOf } from '../config-environments.js';

describe('an invalid value', () => {
  const levels = 'one of fatal, error, warn, info, debug, trace, silent';
  const url = 'an http or https URL of scheme, host and port only, e.g. http://127.0.0.1:9000';
  const ms = 'a whole number of milliseconds from 1 to 600000';
  const port = 'a whole number from 0 to 65535';
  const workers = 'a whole number of processes from 1 to 64';
  const ranges =
    'IP addresses or CIDR ranges of proxies, comma-separated, e.g. 10.0.0.0/8,fd00::/8; at most 500, and none of all addresses';
  const answerBytes = '0 (no limit) or a whole number from 65536 to 512000000';
  const speed = 'a number from 0.01 to 100000';
  const refused: [name: string, got: string, takes: string][] = [
    ['EXOTEL_REGION', 'sydney', 'singapore or mumbai'],
    ['EXOTEL_REGION', 'Mumbai', 'singapore or mumbai'],
    ['EXOTEL_BASE_URL', '127.0.0.1:9000', url],
    ['EXOTEL_BASE_URL', 'ftp://example.com', url],
    ['EXOTEL_BASE_URL', 'https://example.com/v2', url],
    ['EXOTEL_BASE_URL', 'https://*.exotel.com', url],
    ['EXOTEL_BASE_URL', 'https://a,b', url],
    ['EXOTEL_BASE_URL', 'http://127.0.0.1:0', url],
    ['EXOTEL_TIMEOUT_MS', '0', ms],
    ['EXOTEL_TIMEOUT_MS', '600001', ms],
    ['EXOTEL_TIMEOUT_MS', '10s', ms],
    ['EXOTEL_TIMEOUT_MS', '-1', ms],
    ['EXOTEL_TIMEOUT_MS', '1.5', ms],
    ['HOST', 'http://localhost', 'a host name or address to listen on'],
    ['HOST', 'my host', 'a host name or address to listen on'],
    ['PORT', '65536', port],
    ['PORT', '-1', port],
    ['PORT', '0x50', port],
    ['WORKERS', '0', workers],
    ['WORKERS', '65', workers],
    ['WORKERS', 'max', workers],
    ['AUTH_MODE', 'off', 'none, api-key or jwt'],
    ['LOG_LEVEL', 'loud', levels],
    ['TRUSTED_PROXIES', 'proxy.example.com', ranges],
    ['TRUSTED_PROXIES', '10.0.0.1,', ranges],
    ['TRUSTED_PROXIES', '10.0.0.0/8,0.0.0.0/0', ranges],
    ['MAX_ANSWER_BYTES', '1', answerBytes],
    ['MAX_ANSWER_BYTES', '65535', answerBytes],
    ['MAX_ANSWER_BYTES', '4294967296', answerBytes],
    ['SANDBOX_SPEED', '0', speed],
    ['SANDBOX_SPEED', '100001', speed],
    ['SANDBOX_SPEED', '1e3', speed],
    ['SANDBOX_PORT', '65536', port],
  ];
  it.each(refused)('%s=%s is refused with its value and the valid ones', (name, got, takes) => {
    const environment = { ...(!name.startsWith('SANDBOX_') && credentials), [name]: got };
    expect(problemsOf(environment)).toEqual([`${name}: got ${JSON.stringify(got)}, takes ${takes}.`]);
  });

  it('is reported together with all others, one line each', () => {
    const environment = { PORT: 'x', LOG_LEVEL: 'y', HOST: 'a b', EXOTEL_API_KEY: 'key-4711' };
    const problems = problemsOf(environment);
    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual([
      'EXOTEL_ACCOUNT_SID',
      'EXOTEL_API_TOKEN',
      'HOST',
      'LOG_LEVEL',
      'PORT',
    ]);
    expect(new ConfigError(problems).message.split('\n')).toEqual(problems);
  });

  it.each([
    'https://key-4711:token-0815@api.exotel.com',
    'https://key-4711:token-0815@api.exotel.com/v2',
    'https://key-4711:token/0815@api.exotel.com',
    'https://key-4711:to@ken-0815@api.exotel.com',
    'https:key-4711:token-0815@api.exotel.com',
    'key-4711:token-0815@api.exotel.com',
    '//key-4711:token-0815@api.exotel.com',
  ])('is shown without secrets: %s', (url) => {
    const [problem = '', ...others] = problemsOf({ ...credentials, EXOTEL_BASE_URL: url });
    expect(others).toEqual([]);
    expect(problem).toContain('api.exotel.com');
    expect(problem).not.toMatch(/4711|0815|ken/);
  });

  it.each([
    ['tcp://host?password=sekret', 'tcp://host?…'],
    ['tcp://user:sekret@host:6379', 'tcp://…@host:6379'],
    ['tcp://user:sek@ret@host:6379', 'tcp://…@host:6379'],
    ['tcp://host:6379#sekret', 'tcp://host:6379#…'],
    ['tcp://host;password=sekret', 'tcp://host;…'],
    ['tcp://host&password=sekret', 'tcp://host&…'],
    ['host password=sekret', '20 characters'],
    ['tcp://host?password=sek@ret', 'tcp://…'],
    ['tcp://:sek?ret@host', '19 characters'],
    ['tcp://:sek#ret@host', '19 characters'],
    ['tcp://:sekret', '13 characters'],
    ['redis//:sekret', '14 characters'],
    [':sekret', '7 characters'],
    [':sekret@host', '12 characters'],
    ['redis:///?password=sekret', 'redis:///?…'],
    ['//user:sekret@host', '18 characters'],
  ])('%s is shown as %s', (url, shown) => {
    const takes = 'takes a redis or rediss URL (a % in its password is %25), e.g. redis://127.0.0.1:6379/0';
    const got = shown.endsWith(' characters') ? shown : `"${shown}"`;
    expect(problemsOf({ REDIS_URL: url })).toEqual([`REDIS_URL: got ${got}, ${takes}.`]);
  });

  it('is reported without credentials', () => {
    const wrong = { EXOTEL_REGION: 'x', PORT: 'x', HOST: '0.0.0.0' };
    const half = { EXOTEL_API_KEY: 'key-4711', EXOTEL_API_TOKEN: 'token-0815' };
    const shown = [...problemsOf({ ...credentials, ...wrong }), ...problemsOf({ ...half, ...wrong })];
    expect(shown).toHaveLength(7);
    expect(shown.join('\n')).not.toMatch(/4711|0815|exotel1/);
  });
});

describe('MAX_UNREAD_BYTES', () => {
  it.each([
    [{}, 41_943_040],
    [{ MAX_ANSWER_BYTES: '100000000' }, 250_000_000],
    [{ MAX_ANSWER_BYTES: '0' }, 0],
    [{ MAX_UNREAD_BYTES: '0' }, 0],
    [{ MAX_UNREAD_BYTES: '33554432' }, 33_554_432],
    [{ MAX_UNREAD_BYTES: '131072', MAX_ANSWER_BYTES: '65536' }, 131_072],
  ])('with %j is %i', (environment, unreadBytes) => {
    expect(readConfig(environment).limits.unreadBytes).toBe(unreadBytes);
  });

  it('is refused if half of it is less than the largest response', () => {
    expect(problemsOf({ MAX_UNREAD_BYTES: '33554431' })).toEqual([
      'MAX_UNREAD_BYTES: got "33554431", takes 0 or at least 33554432, twice MAX_ANSWER_BYTES: ' +
        'one connection may have half of it, and a response must fit.',
    ]);
  });
});

describe('WORKERS', () => {
  const redisUrl = 'redis://127.0.0.1:6379';
  const needed = (workers: number): string =>
    'REDIS_URL: got nothing, takes a redis or rediss URL (a % in its password is %25), e.g. redis://127.0.0.1:6379/0; ' +
    `needed because WORKERS is ${workers}.`;

  it.each([2, 64])('%i is accepted with REDIS_URL and refused without', (workers) => {
    const environment = { WORKERS: String(workers) };
    expect(readConfig({ ...environment, REDIS_URL: redisUrl })).toMatchObject({ workers, redisUrl });
    for (const upstream of [{}, credentials]) {
      expect(problemsOf({ ...environment, ...upstream })).toEqual([needed(workers)]);
      expect(problemsOf({ ...environment, ...upstream, REDIS_URL: ' ' })).toEqual([needed(workers)]);
    }
  });

  it('1 needs no REDIS_URL', () => {
    expect(readConfig({ WORKERS: '1' })).toMatchObject({ workers: 1, redisUrl: undefined });
  });

  it('with a stray % in the password of REDIS_URL is refused, and the password is not shown', () => {
    const [problem, ...others] = problemsOf({ REDIS_URL: 'redis://:sec%zzret@127.0.0.1:1/0' });
    expect(others).toEqual([]);
    expect(problem).toContain('takes a redis or rediss URL (a % in its password is %25)');
    expect(problem).not.toContain('zzret');
  });

  it('with an invalid REDIS_URL is reported once', () => {
    expect(problemsOf({ WORKERS: '2', REDIS_URL: 'http://127.0.0.1' })).toEqual([
      'REDIS_URL: got "http://127.0.0.1", takes a redis or rediss URL (a % in its password is %25), e.g. redis://127.0.0.1:6379/0.',
    ]);
  });
});

describe('EXOTEL_ACCOUNT_SID', () => {
  it.each([
    '.',
    '..',
    '../x',
    'a/b',
    'a/b?c',
    'a?c',
    'a#c',
    'a%2e',
    '%2e%2e',
    'a b',
    'a\\b',
    'ä',
    'a;b',
    'a:b',
  ])('%s would change the URL path, and is refused without being shown', (sid) => {
    expect(problemsOf({ ...credentials, EXOTEL_ACCOUNT_SID: sid })).toEqual([
      `EXOTEL_ACCOUNT_SID: got ${sid.length} character${sid.length === 1 ? '' : 's'}, takes the account's SID: letters, digits, dots, underscores and hyphens.`,
    ]);
  });

  it.each(['exotel1', 'my-company_1m', 'a.b', '.a', '_'])('%s is accepted', (sid) => {
    expect(readConfig({ ...credentials, EXOTEL_ACCOUNT_SID: sid }).upstream).toMatchObject({
      accountSid: sid,
    });
  });
});
