import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../../src/config/config.js';
import { someFile } from '../../support/gateway/known-variables.js';
import { credentials, problemsOf } from './config-environments.js';

const jwt = {
  AUTH_MODE: 'jwt',
  JWT_JWKS_URL: 'https://issuer.example/jwks',
  JWT_ISSUER: 'https://issuer.example/',
  JWT_AUDIENCE: 'campaigns, other',
};
const apiKey = { AUTH_MODE: 'api-key', API_KEYS_FILE: someFile };

describe('authentication', () => {
  it.each(['0.0.0.0', '::', '10.0.0.7', 'gateway.internal'])(
    'must be set on %s, which other machines can reach',
    (HOST) => {
      const [problem = '', ...others] = problemsOf({ ...credentials, HOST });
      expect(others).toEqual([]);
      expect(problem).toMatch(/^AUTH_MODE: got nothing, takes none, api-key or jwt; HOST .* not loopback/);
      for (const said of [{ AUTH_MODE: 'none' }, apiKey, jwt])
        expect(problemsOf({ ...credentials, HOST, ...said })).toEqual([]);
    },
  );

  it.each([
    ['api-key', ['API_KEYS_FILE']],
    ['jwt', ['JWT_AUDIENCE', 'JWT_ISSUER', 'JWT_JWKS_URL']],
  ])('by %s requires %j', (mode, names) => {
    const problems = problemsOf({ AUTH_MODE: mode });
    expect(problems.map((line) => line.split(':')[0]).sort()).toEqual(names);
    for (const problem of problems) expect(problem).toContain(`needed because AUTH_MODE is ${mode}`);
  });

  const everything = { ...jwt, ...apiKey, JWT_ALGORITHMS: 'RS256', JWT_CLOCK_SKEW_MS: '0' };
  const ofMode = (mode: string): string[] =>
    Object.keys(everything).filter((name) => name.startsWith(mode === 'jwt' ? 'JWT_' : 'API_KEYS_'));
  it.each([
    ['jwt', 'is not set', {}],
    ['api-key', 'is not set', {}],
    ['jwt', 'is "none"', { AUTH_MODE: 'none' }],
    ['api-key', 'is "none"', { AUTH_MODE: 'none' }],
    ['jwt', 'is "api-key"', apiKey],
    ['api-key', 'is "jwt"', jwt],
  ])('settings of %s are refused if AUTH_MODE %s', (mode, is, environment) => {
    for (const name of ofMode(mode)) {
      const value = everything[name as keyof typeof everything];
      expect(problemsOf({ ...environment, [name]: value })).toEqual([
        `${name}: got ${JSON.stringify(value)}, has no effect unless AUTH_MODE is ${mode}; AUTH_MODE ${is}.`,
      ]);
      expect(problemsOf({ ...environment, [name]: ' ' })).toEqual([]);
    }
  });

  it.each(['apps', 'enforce'])('TRUSTED_DOCUMENTS_MODE=%s is refused without a manifest', (mode) => {
    expect(problemsOf({ TRUSTED_DOCUMENTS_MODE: mode })).toEqual([
      `TRUSTED_DOCUMENTS_MODE: got "${mode}", has no effect unless TRUSTED_DOCUMENTS is set; TRUSTED_DOCUMENTS is not set.`,
    ]);
    expect(problemsOf({ TRUSTED_DOCUMENTS_MODE: mode, TRUSTED_DOCUMENTS: someFile })).toEqual([]);
  });

  it.each([
    'https://*.example.com',
    'https://*',
    '*',
    'null',
    'https://a.example,https://*.b.example',
    'https://a.example/path',
    'https://user:sekret@a.example',
    'file:///a',
  ])('refuses CORS_ORIGINS=%s: an origin is scheme, host and port, without wildcards', (origins) => {
    const [problem = '', ...others] = problemsOf({ CORS_ORIGINS: origins });
    expect(others).toEqual([]);
    expect(problem).toMatch(/^CORS_ORIGINS: got .*, takes origins of web pages/);
    expect(problem).not.toContain('sekret');
  });

  it('by JWT has audiences and asymmetric algorithms', () => {
    expect(readConfig(jwt).access.auth).toEqual({
      mode: 'jwt',
      jwksUrl: 'https://issuer.example/jwks',
      issuer: 'https://issuer.example/',
      audience: ['campaigns', 'other'],
      algorithms: ['RS256', 'PS256', 'ES256', 'EdDSA'],
      clockSkewMs: 5000,
    });
  });

  it.each(['none', 'HS256', 'RS256,HS256', ''].filter(Boolean))('refuses JWT_ALGORITHMS=%s', (algorithms) => {
    expect(problemsOf({ ...jwt, JWT_ALGORITHMS: algorithms })[0]).toMatch(/^JWT_ALGORITHMS: got .* takes/);
  });

  it.each([
    [{}, true, 0, 0],
    [apiKey, false, 6000, 1000],
    [jwt, false, 6000, 1000],
  ])(
    '%j: introspection and GraphiQL %s; %i requests a minute, %i subscriptions',
    (said, isOn, rate, subscriptions) => {
      const { access, limits } = readConfig(said);
      expect(access).toMatchObject({ isIntrospectionOn: isOn, isGraphiqlOn: isOn });
      expect(limits).toMatchObject({ requestsPerMinute: rate, subscriptionsPerCaller: subscriptions });
    },
  );

  it.each<[Record<string, string>, unknown]>([
    [{}, []],
    [apiKey, undefined],
    [jwt, undefined],
    [{ ALLOWED_HOSTS: 'A.example, ::2' }, ['a.example', '[::2]'].map((name) => ({ name, port: '' }))],
    [{ ALLOWED_HOSTS: 'a.example.:65535' }, [{ name: 'a.example', port: '65535' }]],
    [{ ...apiKey, ALLOWED_HOSTS: 'a.example:80' }, [{ name: 'a.example', port: '80' }]],
  ])('%j: allowed hosts besides loopback names are %j', (said, hosts) => {
    expect(readConfig(said).access.allowedHosts).toEqual(hosts);
  });

  it.each([
    ...['*', '*.example.com', 'https://a.example', 'a.example/x', 'a.example,', 'a b', 'a.example:port'],
    ...['x:99999', 'x:65536', 'x:0', '[::2]:65536', '.com', '.', 'a..example', 'a.example..'],
  ])('refuses ALLOWED_HOSTS=%s', (hosts) => {
    expect(problemsOf({ ALLOWED_HOSTS: hosts })).toEqual([
      expect.stringMatching(/^ALLOWED_HOSTS: got .*, takes host names of this gateway/),
    ]);
  });

  it.each([
    [{}, { isIntrospectionOn: false, isGraphiqlOn: false }],
    [{ INTROSPECTION: 'on' }, { isIntrospectionOn: true, isGraphiqlOn: false }],
    [{ GRAPHIQL: 'on' }, { isIntrospectionOn: true, isGraphiqlOn: true }],
    [
      { GRAPHIQL: 'on', INTROSPECTION: 'off' },
      { isIntrospectionOn: false, isGraphiqlOn: true },
    ],
  ])('turns GraphiQL and introspection off unless told otherwise: %j', (set, expected) => {
    expect(readConfig({ ...apiKey, ...set }).access).toMatchObject(expected);
  });
});
