import { describe, expect, it } from '@jest/globals';
import { type Config, readConfig } from '../../../src/config/config.js';
import { credentials, problemsOf } from './config-environments.js';

const defaults: Config = {
  dotEnv: undefined,
  files: new Map(),
  isProduction: false,
  upstream: { kind: 'sandbox', speed: 60 },
  sandbox: { speed: 60, port: 4010 },
  rateLimit: 0,
  timeoutMs: 10_000,
  isCredentialsCheckOn: true,
  maximumUpstreamCalls: 30,
  maximumPageRows: 1000,
  isCacheOn: true,
  responseCacheBytes: undefined,
  nodeOptions: '',
  host: '127.0.0.1',
  port: 4000,
  logLevel: 'info',
  plainHttp: [],
  redisUrl: undefined,
  publicUrl: undefined,
  webhookSecret: undefined,
  workers: 1,
  subscriptionCallbackOrigins: null,
  cacheInvalidation: undefined,
  access: {
    auth: { mode: 'none' },
    hasAuthDirectives: false,
    allowedHosts: [],
    isIntrospectionOn: true,
    isGraphiqlOn: true,
    corsOrigins: [],
    metricsToken: undefined,
    cacheScope: 'public',
    trustedDocuments: undefined,
  },
  limits: {
    bodyBytes: 262_144,
    tokens: 4000,
    depth: 15,
    aliases: 100,
    directives: 50,
    answerValues: 100_000,
    answerBytes: 16_777_216,
    operationTimeoutMs: 60_000,
    concurrentOperations: 2000,
    requestsPerMinute: 0,
    subscriptionsPerCaller: 0,
    connections: undefined,
    connectionsPerCaller: 0,
    unreadBytes: 41_943_040,
    trustedProxies: [],
  },
  shutdownGraceMs: 10_000,
  tracing: undefined,
};

describe('the configuration', () => {
  it('of an empty environment has the documented defaults', () => {
    expect(readConfig({})).toEqual(defaults);
  });

  it('treats an empty or blank variable as not set', () => {
    const names = [...Object.keys(credentials), 'EXOTEL_REGION', 'EXOTEL_BASE_URL', 'EXOTEL_TIMEOUT_MS'];
    names.push('HOST', 'PORT', 'AUTH_MODE', 'LOG_LEVEL', 'SANDBOX_SPEED', 'SANDBOX_PORT');
    for (const blank of ['', '  '])
      expect(readConfig(Object.fromEntries(names.map((name) => [name, blank])))).toEqual(defaults);
  });

  const set: [name: string, value: string, change: Partial<Config>][] = [
    ['EXOTEL_TIMEOUT_MS', '1', { timeoutMs: 1 }],
    ['EXOTEL_TIMEOUT_MS', '600000', { timeoutMs: 600_000 }],
    ['HOST', '::1', { host: '::1' }],
    ['HOST', 'localhost', { host: 'localhost' }],
    ['HOST', '127.8.9.10', { host: '127.8.9.10' }],
    ['PORT', '0', { port: 0, sandbox: { speed: 60, port: 0 } }],
    ['PORT', '65535', { port: 65_535, sandbox: { speed: 60, port: 65_535 } }],
    ['PORT', ' 80 ', { port: 80, sandbox: { speed: 60, port: 80 } }],
    ['AUTH_MODE', 'none', {}],
    ['LOG_LEVEL', 'silent', { logLevel: 'silent' }],
    [
      'SANDBOX_SPEED',
      '0.5',
      { upstream: { kind: 'sandbox', speed: 0.5 }, sandbox: { speed: 0.5, port: 4010 } },
    ],
    ['SANDBOX_PORT', '9', { sandbox: { speed: 60, port: 9 } }],
  ];
  it.each(set)('accepts %s=%s', (name, value, change) => {
    expect(readConfig({ [name]: value })).toEqual({ ...defaults, ...change });
  });
});

describe('the upstream', () => {
  const baseUrls: [environment: Record<string, string>, baseUrl: string][] = [
    [{}, 'https://api.exotel.com'],
    [{ EXOTEL_REGION: 'singapore' }, 'https://api.exotel.com'],
    [{ EXOTEL_REGION: 'mumbai' }, 'https://api.in.exotel.com'],
    [{ EXOTEL_BASE_URL: 'http://127.0.0.1:9000' }, 'http://127.0.0.1:9000'],
    [{ EXOTEL_BASE_URL: 'http://127.0.0.1:9000/' }, 'http://127.0.0.1:9000'],
    [{ EXOTEL_BASE_URL: 'https://proxy.example', EXOTEL_REGION: 'mumbai' }, 'https://proxy.example'],
  ];
  it.each(baseUrls)('with all three credentials is live; with %j at %s', (environment, baseUrl) => {
    expect(readConfig({ ...credentials, ...environment }).upstream).toEqual({
      kind: 'live',
      region: environment.EXOTEL_REGION ?? 'singapore',
      baseUrl,
      accountSid: 'exotel1',
      apiKey: 'key-4711',
      apiToken: 'token-0815',
    });
  });

  const names = Object.keys(credentials) as (keyof typeof credentials)[];
  const halves = [1, 2, 3, 4, 5, 6].map((bits) => names.filter((_, index) => bits & (1 << index)));
  it.each(halves.map((half) => [half]))('with %j only is refused, naming the missing ones', (half) => {
    const problems = problemsOf(Object.fromEntries(half.map((name) => [name, credentials[name]])));
    const missing = names.filter((name) => !half.includes(name));
    expect(problems.map((line) => line.split(':')[0])).toEqual(missing);
    for (const line of problems)
      expect(line).toContain(`needed because ${half.join(' and ')} ${half.length > 1 ? 'are' : 'is'} set.`);
  });

  it('with a base URL and no credentials is refused, naming all three', () => {
    const problems = problemsOf({ EXOTEL_BASE_URL: 'http://127.0.0.1:9000' });
    expect(problems.map((line) => line.split(':')[0])).toEqual(names);
  });
});

describe('a host that others can reach', () => {
  it.each([
    '0.0.0.0',
    '::',
    '10.0.0.1',
    'gateway.internal',
    '127.0.0.1.example.com',
    'localhost.example.com',
  ])('%s requires AUTH_MODE', (HOST) => {
    expect(problemsOf({ HOST })).toEqual([expect.stringMatching(/^AUTH_MODE: .*HOST ".*" is not loopback/)]);
    expect(readConfig({ HOST, AUTH_MODE: 'none' }).host).toBe(HOST);
  });
});
