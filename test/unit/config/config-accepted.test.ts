import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/config/config.js';
import { someFile } from '../../support/gateway/known-variables.js';
import { credentials, problemsOf } from './config-environments.js';

type Variables = Record<string, string>;

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const fileOf = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};

describe('a setting that is given by a file', () => {
  it.each([
    ['EXOTEL_ACCOUNT_SID', 'exotel1'],
    ['EXOTEL_API_KEY', 'key-4711'],
    ['EXOTEL_API_TOKEN', 'token-0815'],
  ])('%s is read without its line break', (name, value) => {
    for (const end of ['', '\n', '\r\n']) {
      const environment = { ...credentials, [name]: '', [`${name}_FILE`]: fileOf(name, `${value}${end}`) };
      expect(readConfig(environment).upstream).toEqual(readConfig(credentials).upstream);
    }
  });

  it('can be the URL of Redis, the secret of webhooks and the token of metrics', () => {
    const read = readConfig({
      REDIS_URL_FILE: fileOf('redis', '\uFEFFredis://:pass@127.0.0.1:6379\n'),
      WEBHOOK_SECRET_FILE: fileOf('webhooks', 'a-long-and-random-one\n'),
      METRICS_TOKEN_FILE: fileOf('metrics', 'a-long-and-random-other\n'),
    });
    expect(read).toMatchObject({
      redisUrl: 'redis://:pass@127.0.0.1:6379',
      webhookSecret: 'a-long-and-random-one',
      access: { metricsToken: 'a-long-and-random-other' },
    });
  });
});

it('addresses of router caches are read, each once, with a key from a file', () => {
  const read = readConfig({
    CACHE_INVALIDATION_ENDPOINTS:
      'http://127.0.0.1:4000/invalidation, https://router.example.com/x,http://127.0.0.1:4000/invalidation',
    CACHE_INVALIDATION_KEY_FILE: fileOf('invalidation', 'Bearer key-4711\n'),
    SUBGRAPH_NAME: 'sms-campaigns',
  });
  expect(read.cacheInvalidation).toEqual({
    endpoints: ['http://127.0.0.1:4000/invalidation', 'https://router.example.com/x'],
    key: 'Bearer key-4711',
    subgraph: 'sms-campaigns',
  });
});

describe('is left alone', () => {
  it.each<[string, Variables]>([
    ['an empty unknown variable', { EXOTEL_REGON: '', CORS_ORIGIN: ' ' }],
    ['a region without credentials', { EXOTEL_REGION: 'mumbai' }],
    ['a secret of webhooks without their address', { WEBHOOK_SECRET: 'a-long-and-random-one' }],
    ['a name of traces without a collector', { OTEL_SERVICE_NAME: 'campaigns' }],
    ['limits of the API with the sandbox', { EXOTEL_RATE_LIMIT: '0', EXOTEL_TIMEOUT_MS: '1000' }],
    ['no cache of any kind', { CACHE: 'off', ANSWERS_CACHE_BYTES: '0' }],
    ['a file of keys with its mode', { AUTH_MODE: 'api-key', API_KEYS_FILE: someFile }],
    ['an SID that begins like a placeholder', { ...credentials, EXOTEL_ACCOUNT_SID: 'example1m' }],
    [
      'the credentials of a sandbox',
      { EXOTEL_ACCOUNT_SID: 'sandbox', EXOTEL_API_KEY: 'sandbox-key', EXOTEL_API_TOKEN: 'sandbox-token' },
    ],
  ])('%s', (_what, environment) => {
    expect(problemsOf(environment)).toEqual([]);
  });

  it('every variable that shells, npm, Kubernetes and other programs set', () => {
    const names =
      'HOME HOSTNAME HOSTTYPE HOSTS PORTS POST PATH PWD OLDPWD SHELL SHLVL USER LOGNAME LANG LC_ALL TERM TZ MAIL _ PS1 IFS ' +
      'EDITOR DISPLAY CI GITHUB_TOKEN CI_JOB_TOKEN NODE_ENV NODE_OPTIONS NODE_VERSION YARN_VERSION DEBUG NO_COLOR DYNO ' +
      'npm_config_cache npm_config_loglevel npm_package_version npm_lifecycle_event INIT_CWD ' +
      'METRICS_PORT METRICS_HOST CACHE_HOST CACHE_DIR CACHE_URL CACHED REDIS_HOST REDIS_PORT REDIS_PASSWORD REDIS_DB REDIS_SSL REDIS_TLS ' +
      'REDIS_TTL REDIS_TLS_URL LOG_FILE LOG_DIR AUTH_TOKEN AUTH_URL PUBLIC_IP PUBLIC_KEY WEBHOOK_URL WORKER_ID BROKERS ' +
      'KUBERNETES_SERVICE_HOST KUBERNETES_PORT KUBERNETES_PORT_443_TCP_ADDR CAMPAIGN_GATEWAY_PORT OTEL_EXPORTER_OTLP_HEADERS ' +
      'OTEL_EXPORTER_OTLP_TRACES_ENDPOINT OTEL_SDK_DISABLED ' +
      'DATABASE_URL CACHE_DIRECTORY STATE_DIRECTORY INVOCATION_ID NOTIFY_SOCKET WORKSPACE JOB_NAME NODE_NAME BUILD_ID WEB_CONCURRENCY K_SERVICE FLY_REGION HTTP_PROXY HTTPS_PROXY NO_PROXY http_proxy ALLOWED_ORIGINS SSL_CERT_FILE host port cache IS_SANDBOX';
    expect(problemsOf(Object.fromEntries(names.split(' ').map((name) => [name, 'x'])))).toEqual([]);
  });

  it.each(['sandbox', 'cache', 'exotel-mock', 'jwt', 'api-keys', 'metrics', 'redis'])(
    'each variable that Kubernetes sets for a Service named %s',
    (service) => {
      const name = service.toUpperCase().replaceAll('-', '_');
      const port = `${name}_PORT_4010_TCP`;
      expect(
        problemsOf({
          [`${name}_SERVICE_HOST`]: '10.0.0.1',
          [`${name}_SERVICE_PORT`]: '4010',
          [`${name}_SERVICE_PORT_HTTP`]: '4010',
          [`${name}_PORT`]: 'tcp://10.0.0.1:4010',
          [port]: 'tcp://10.0.0.1:4010',
          [`${port}_PROTO`]: 'tcp',
          [`${port}_PORT`]: '4010',
          [`${port}_ADDR`]: '10.0.0.1',
        }),
      ).toEqual([]);
    },
  );
});
