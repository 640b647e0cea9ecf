import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/config/config.js';
import { someFile } from '../../support/gateway/known-variables.js';
import { credentials, problemsOf } from './config-environments.js';

const secret = { WEBHOOK_SECRET: 'a-long-and-random-one' };

describe('PUBLIC_URL without WEBHOOK_SECRET', () => {
  it.each([
    'https://x.example',
    'https://gateway.internal:8080',
    'https://203.0.113.7',
    'https://10.0.0.7:4000',
    'https://localhost.example.com',
    'https://127.0.0.1.example.com',
    'https://[2001:db8::1]',
  ])('%s is refused, naming both variables', (url) => {
    for (const environment of [{}, { WEBHOOK_SECRET: '' }, { WEBHOOK_SECRET: '  ' }] as Record<
      string,
      string
    >[]) {
      const problems = problemsOf({ ...credentials, PUBLIC_URL: url, ...environment });
      expect(problems).toHaveLength(1);
      expect(problems[0]).toMatch(/^WEBHOOK_SECRET: got nothing, takes .*PUBLIC_URL/);
    }
  });

  it.each(['http://127.0.0.1:4000', 'http://localhost:4000', 'http://[::1]:4000', 'https://127.1.2.3'])(
    '%s is loopback and accepted',
    (url) => {
      expect(readConfig({ ...credentials, PUBLIC_URL: url })).toMatchObject({
        publicUrl: url,
        webhookSecret: undefined,
      });
    },
  );

  it('is accepted with WEBHOOK_SECRET', () => {
    const config = readConfig({ ...credentials, ...secret, PUBLIC_URL: 'https://x.example' });
    expect(config).toMatchObject({ publicUrl: 'https://x.example', webhookSecret: secret.WEBHOOK_SECRET });
  });
});

describe('REDIS_URL with PUBLIC_URL', () => {
  const several = { ...credentials, REDIS_URL: 'redis://127.0.0.1:6379' };

  it('requires WEBHOOK_SECRET, also on loopback', () => {
    const problems = problemsOf({ ...several, PUBLIC_URL: 'http://127.0.0.1:4000' });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^WEBHOOK_SECRET: got nothing, takes .*PUBLIC_URL and REDIS_URL/);
  });

  it.each([
    ['with one', { PUBLIC_URL: 'http://127.0.0.1:4000', ...secret }],
    ['without PUBLIC_URL', {}],
  ])('is accepted %s', (_what, environment) => {
    expect(readConfig({ ...several, ...environment }).redisUrl).toBe(several.REDIS_URL);
  });
});

describe('PUBLIC_URL', () => {
  it.each([
    ['https://x.example/', 'https://x.example'],
    ['https://x.example/exotel/', 'https://x.example/exotel'],
    ['https://x.example//', 'https://x.example'],
  ])('%s is read as %s', (url, publicUrl) => {
    expect(readConfig({ ...credentials, ...secret, PUBLIC_URL: url }).publicUrl).toBe(publicUrl);
  });

  it.each([
    'x.example',
    'ftp://x.example',
    'https://x.example?a=b',
    'https://x.example#a',
    'https://user:password@x.example',
    'http://0.0.0.0:4000',
    'http://[::]:4000',
    'https://x.example:0',
  ])('%s is refused with the valid values', (url) => {
    const problems = problemsOf({ ...credentials, ...secret, PUBLIC_URL: url });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^PUBLIC_URL: got .* takes the http or https URL/);
    expect(problems[0]).not.toContain('password');
  });
});

describe('SUBSCRIPTION_CALLBACK_ORIGINS', () => {
  it.each([
    ['http://router:4040', ['http://router:4040']],
    ['http://router:4040/, https://other.example', ['http://router:4040', 'https://other.example']],
  ])('%s is read', (list, origins) => {
    const config = readConfig({ ...credentials, SUBSCRIPTION_CALLBACK_ORIGINS: list });
    expect(config.subscriptionCallbackOrigins).toEqual(origins);
  });

  it('allows any by default without authentication on a loopback host', () => {
    for (const HOST of ['127.0.0.1', 'localhost', '::1', 'LOCALHOST.', '::ffff:127.0.0.1'])
      expect(readConfig({ ...credentials, HOST }).subscriptionCallbackOrigins).toBeNull();
  });

  it.each<Record<string, string>>([
    { HOST: '0.0.0.0', AUTH_MODE: 'none' },
    { AUTH_MODE: 'api-key', API_KEYS_FILE: someFile },
    {
      AUTH_MODE: 'jwt',
      JWT_JWKS_URL: 'https://issuer.example/jwks',
      JWT_ISSUER: 'issuer',
      JWT_AUDIENCE: 'campaigns',
    },
    { ALLOWED_HOSTS: 'gateway.example.com' },
  ])('allows none by default with %j', (environment) => {
    expect(readConfig({ ...credentials, ...environment }).subscriptionCallbackOrigins).toEqual([]);
  });

  it.each(['router:4040', 'http://router:4040/path', 'http://router,', '*'])('%s is refused', (list) => {
    const problems = problemsOf({ ...credentials, SUBSCRIPTION_CALLBACK_ORIGINS: list });
    expect(problems).toHaveLength(1);
    expect(problems[0]).toMatch(/^SUBSCRIPTION_CALLBACK_ORIGINS: got .* takes origins of routers/);
  });
});
