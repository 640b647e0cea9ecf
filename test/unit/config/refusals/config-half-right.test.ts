import { expect, it } from '@jest/globals';
import { credentials, problemsOf } from '../config-environments.js';

type Variables = Record<string, string>;

const noSetting = (name: string, shown: string, meant: string): string =>
  `${name}: got ${shown}, but there is no such setting; rename it to ${meant}, or unset it.`;

const refused: [what: string, environment: Variables, problems: unknown[]][] = [
  [
    'the singular of a name',
    { TRUSTED_PROXY: '10.0.0.0/8' },
    [noSetting('TRUSTED_PROXY', '"10.0.0.0/8"', 'TRUSTED_PROXIES')],
  ],
  [
    'the beginning of a name',
    { ...credentials, JWT_AUD: 'x' },
    [noSetting('JWT_AUD', '"x"', 'JWT_AUDIENCE')],
  ],
  [
    'the path of a secret under another name',
    { METRICS_TOKEN_PATH: '/x' },
    [noSetting('METRICS_TOKEN_PATH', '2 characters', 'METRICS_TOKEN')],
  ],
  [
    'a password in place of the URL of Redis',
    { REDIS_URL: 'token-0815' },
    [
      'REDIS_URL: got 10 characters, takes a redis or rediss URL (a % in its password is %25), e.g. redis://127.0.0.1:6379/0.',
    ],
  ],
  [
    'an address of Redis with options',
    { REDIS_URL: '127.0.0.1:6379 --pass token-0815' },
    [
      'REDIS_URL: got 32 characters, takes a redis or rediss URL (a % in its password is %25), e.g. redis://127.0.0.1:6379/0.',
    ],
  ],
  [
    'the address of one region with a final dot, and another region',
    { ...credentials, EXOTEL_BASE_URL: 'https://api.exotel.com.', EXOTEL_REGION: 'mumbai' },
    [expect.stringContaining('the address of singapore, but EXOTEL_REGION is mumbai')],
  ],
  [
    'proxies that are half of all addresses',
    { TRUSTED_PROXIES: '0.0.0.0/1,128.0.0.0/1' },
    [expect.stringContaining('TRUSTED_PROXIES: got "0.0.0.0/1,128.0.0.0/1", takes')],
  ],
  [
    'all IPv6 addresses as proxies, shown as they were written',
    { TRUSTED_PROXIES: '::/0' },
    [expect.stringContaining('TRUSTED_PROXIES: got "::/0", takes')],
  ],
  ...['cg,<audience>', 'cg, your_audience', 'cg,"dash"'].map((audience): [string, Variables, unknown[]] => [
    `the example ${audience} among audiences`,
    { AUTH_MODE: 'jwt', JWT_ISSUER: 'https://i', JWT_JWKS_URL: 'https://i/keys', JWT_AUDIENCE: audience },
    [expect.stringMatching(/^JWT_AUDIENCE: got /)],
  ]),
  ...['null', 'undefined'].map((text): [string, Variables, unknown[]] => [
    `the credential ${text}`,
    { ...credentials, EXOTEL_API_KEY: text },
    [expect.stringMatching(/^EXOTEL_API_KEY: got the placeholder/)],
  ]),
  ...['x', '0/1', '1.5', '-1', '123456', '0?db=2', '0#x', '%30'].map(
    (path): [string, Variables, unknown[]] => [
      `the database ${path} of Redis`,
      { REDIS_URL: `redis://:sekret@127.0.0.1/${path}` },
      [expect.stringMatching(/^REDIS_URL: got "redis:\/\/…(?:@127.*)?", takes a redis or rediss URL/)],
    ],
  ),
  ...['ключключдлинныйтокен', 'Bearer a-long-and-random-one', 'a-long-one'.repeat(500)].map(
    (token): [string, Variables, unknown[]] => [
      `the token ${token.slice(0, 30)}, which no header can show,`,
      { METRICS_TOKEN: token },
      [expect.stringMatching(/^METRICS_TOKEN: got \d+ characters, takes a secret text/)],
    ],
  ),
];

it.each(refused)('%s is refused with its name, its value and what to do', (_what, environment, problems) => {
  expect(problemsOf(environment)).toEqual(problems);
});
