import { mkdtempSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, expect, it } from '@jest/globals';
import { variables } from '../../../../src/config/variables.js';
import { credentials, problemsOf } from '../config-environments.js';

type Variables = Record<string, string>;

const folder = mkdtempSync(join(tmpdir(), 'config-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});
const fileOf = (name: string, text: string): string => {
  writeFileSync(join(folder, name), text);
  return join(folder, name);
};
const empty = fileOf('empty', '');
const blank = fileOf('blank', ' \n');
const twoLines = fileOf('two-lines', 'token-0815\nmore\n');
const huge = fileOf('huge', '');
truncateSync(huge, 65 * 1024 ** 2); // sparse
const dangling = join(folder, 'dangling');
symlinkSync(join(folder, 'gone'), dangling);
const gone = join(folder, 'gone');

const noSetting = (name: string, shown: string, meant: string): string =>
  `${name}: got ${shown}, but there is no such setting; rename it to ${meant}, or unset it.`;
const sid = "the account's SID: letters, digits, dots, underscores and hyphens";
const keysFile = 'the path of a JSON file of names, scopes and SHA-256 hashes of keys';
const apiKey = "the account's own: ASCII without spaces and colons";
const apiToken = "the account's own: ASCII without spaces";
const [, secretText] = variables.WEBHOOK_SECRET;
const secretFile = (name: string): string => `the path of a file with nothing but the value of ${name}`;
const shownFile = (path: string): string => JSON.stringify(path);

const refused: [what: string, environment: Variables, problems: string[]][] = [
  [
    'a mistyped region',
    { ...credentials, EXOTEL_REGON: 'mumbai' },
    [noSetting('EXOTEL_REGON', '"mumbai"', 'EXOTEL_REGION')],
  ],
  [
    'half of a name',
    { EXOTEL_TOKEN: 'token-0815' },
    [noSetting('EXOTEL_TOKEN', '10 characters', 'EXOTEL_API_TOKEN')],
  ],
  [
    'another half',
    { EXOTEL_SID: 'exotel1' },
    [noSetting('EXOTEL_SID', '7 characters', 'EXOTEL_ACCOUNT_SID')],
  ],
  ['an old name', { EXOTEL_URL: 'http://a' }, [noSetting('EXOTEL_URL', '"http://a"', 'EXOTEL_BASE_URL')]],
  [
    'a name in small letters',
    { exotel_region: 'mumbai' },
    [noSetting('exotel_region', '"mumbai"', 'EXOTEL_REGION')],
  ],
  [
    'a name with hyphens',
    { 'EXOTEL-REGION': 'mumbai' },
    [noSetting('"EXOTEL-REGION"', '"mumbai"', 'EXOTEL_REGION')],
  ],
  [
    'keys instead of a file of keys',
    { API_KEYS: 'k-4711' },
    [noSetting('API_KEYS', '6 characters', 'API_KEYS_FILE')],
  ],
  ['one key for all keys', { API_KEY: 'k-4711' }, [noSetting('API_KEY', '6 characters', 'EXOTEL_API_KEY')]],
  ['a secret of tokens', { JWT_SECRET: 's-0815' }, [noSetting('JWT_SECRET', '6 characters', 'JWT_ISSUER')]],
  ['a speed of the sandbox', { SANDBOX_SPED: '1' }, [noSetting('SANDBOX_SPED', '"1"', 'SANDBOX_SPEED')]],
  [
    'a path of documents',
    { TRUSTED_DOCUMENTS_FILE: '/d' },
    [noSetting('TRUSTED_DOCUMENTS_FILE', '"/d"', 'TRUSTED_DOCUMENTS')],
  ],
  ['swapped letters', { MAX_QUERY_DEPHT: '3' }, [noSetting('MAX_QUERY_DEPHT', '"3"', 'MAX_QUERY_DEPTH')]],
  ['two wrong letters', { LOG_LVL: 'debug' }, [noSetting('LOG_LVL', '"debug"', 'LOG_LEVEL')]],
  [
    'a missing S',
    { CORS_ORIGIN: 'https://a.example' },
    [noSetting('CORS_ORIGIN', '"https://a.example"', 'CORS_ORIGINS')],
  ],
  [
    'two missing S',
    { MAX_SUBSCRIPTION_PER_CALLERS: '3' },
    [noSetting('MAX_SUBSCRIPTION_PER_CALLERS', '"3"', 'MAX_SUBSCRIPTIONS_PER_CALLER')],
  ],
  ['swapped words', { QUERY_MAX_DEPTH: '3' }, [noSetting('QUERY_MAX_DEPTH', '"3"', 'MAX_QUERY_DEPTH')]],
  ['a missing underscore', { AUTHMODE: 'jwt' }, [noSetting('AUTHMODE', '"jwt"', 'AUTH_MODE')]],
  [
    'another unit',
    { SHUTDOWN_GRACE_SECONDS: '9' },
    [noSetting('SHUTDOWN_GRACE_SECONDS', '"9"', 'SHUTDOWN_GRACE_MS')],
  ],
  ['no unit', { OPERATION_TIMEOUT: '9' }, [noSetting('OPERATION_TIMEOUT', '"9"', 'OPERATION_TIMEOUT_MS')]],
  [
    'another kind of address',
    { REDIS_URI: 'redis://:sekret@a' },
    [noSetting('REDIS_URI', '17 characters', 'REDIS_URL')],
  ],
  ['a port', { PROT: '5000' }, [noSetting('PROT', '"5000"', 'PORT')]],

  [
    'a key alone',
    { EXOTEL_API_KEY: 'key-4711' },
    [
      `EXOTEL_ACCOUNT_SID: got nothing, takes ${sid}; needed because EXOTEL_API_KEY is set.`,
      `EXOTEL_API_TOKEN: got nothing, takes ${apiToken}; needed because EXOTEL_API_KEY is set.`,
    ],
  ],
  [
    'an address without credentials',
    { EXOTEL_BASE_URL: 'https://a.example' },
    [
      `EXOTEL_ACCOUNT_SID: got nothing, takes ${sid}; needed because EXOTEL_BASE_URL is set.`,
      `EXOTEL_API_KEY: got nothing, takes ${apiKey}; needed because EXOTEL_BASE_URL is set.`,
      `EXOTEL_API_TOKEN: got nothing, takes ${apiToken}; needed because EXOTEL_BASE_URL is set.`,
    ],
  ],
  [
    'keys without their mode',
    { API_KEYS_FILE: gone },
    [
      `API_KEYS_FILE: got ${shownFile(gone)}, has no effect unless AUTH_MODE is api-key; AUTH_MODE is not set.`,
    ],
  ],
  [
    'an issuer without its mode',
    { JWT_ISSUER: 'https://i.example' },
    ['JWT_ISSUER: got "https://i.example", has no effect unless AUTH_MODE is jwt; AUTH_MODE is not set.'],
  ],
  [
    'a mode without documents',
    { TRUSTED_DOCUMENTS_MODE: 'enforce' },
    [
      'TRUSTED_DOCUMENTS_MODE: got "enforce", has no effect unless TRUSTED_DOCUMENTS is set; TRUSTED_DOCUMENTS is not set.',
    ],
  ],
  [
    'a speed of the real API',
    { ...credentials, SANDBOX_SPEED: '60' },
    [
      'SANDBOX_SPEED: got "60", has no effect on the live API; unset it, or EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN for the sandbox.',
    ],
  ],
  [
    'an address of another region',
    { ...credentials, EXOTEL_REGION: 'mumbai', EXOTEL_BASE_URL: 'https://api.exotel.com' },
    [
      'EXOTEL_BASE_URL: got "https://api.exotel.com", the address of singapore, but EXOTEL_REGION is mumbai; unset EXOTEL_BASE_URL, or set EXOTEL_REGION=singapore.',
    ],
  ],
  [
    'a size of what is off',
    { CACHE: 'off', ANSWERS_CACHE_BYTES: '1000' },
    ['ANSWERS_CACHE_BYTES: got "1000", has no effect with CACHE=off; unset one of the two.'],
  ],
  [
    'a key of caches, and a name for them, without an address',
    { CACHE_INVALIDATION_KEY: 'key-4711', SUBGRAPH_NAME: 'sms' },
    [
      'CACHE_INVALIDATION_KEY: got 8 characters, has no effect unless CACHE_INVALIDATION_ENDPOINTS is set; CACHE_INVALIDATION_ENDPOINTS is not set.',
      'SUBGRAPH_NAME: got "sms", has no effect unless CACHE_INVALIDATION_ENDPOINTS is set; CACHE_INVALIDATION_ENDPOINTS is not set.',
    ],
  ],
  [
    'an address of caches without a key',
    { CACHE_INVALIDATION_ENDPOINTS: 'http://127.0.0.1:4000/invalidation' },
    [
      'CACHE_INVALIDATION_KEY: got nothing, takes the key of these endpoints: ASCII, with single spaces at most; needed because CACHE_INVALIDATION_ENDPOINTS is set.',
    ],
  ],
  [
    'a scope of shared caches without a cache',
    { CACHE: 'off', CACHE_SCOPE: 'public' },
    ['CACHE_SCOPE: got "public", has no effect with CACHE=off; unset one of the two.'],
  ],

  [
    'keys that are not there',
    { AUTH_MODE: 'api-key', API_KEYS_FILE: gone },
    [`API_KEYS_FILE: got ${shownFile(gone)}, takes ${keysFile}; there is no such file.`],
  ],
  [
    'a link to nowhere',
    { AUTH_MODE: 'api-key', API_KEYS_FILE: dangling },
    [`API_KEYS_FILE: got ${shownFile(dangling)}, takes ${keysFile}; there is no such file.`],
  ],
  [
    'a directory of keys',
    { AUTH_MODE: 'api-key', API_KEYS_FILE: folder },
    [`API_KEYS_FILE: got ${shownFile(folder)}, takes ${keysFile}; it is a directory.`],
  ],
  [
    'an empty file of keys',
    { AUTH_MODE: 'api-key', API_KEYS_FILE: empty },
    [`API_KEYS_FILE: got ${shownFile(empty)}, takes ${keysFile}; it is empty.`],
  ],
  [
    'a path below a file',
    { AUTH_MODE: 'api-key', API_KEYS_FILE: `${empty}/keys` },
    [`API_KEYS_FILE: got ${shownFile(`${empty}/keys`)}, takes ${keysFile}; it cannot be read: ENOTDIR.`],
  ],
  [
    'huge documents',
    { TRUSTED_DOCUMENTS: huge },
    [
      `TRUSTED_DOCUMENTS: got ${shownFile(huge)}, takes the path of a manifest of documents that the codegen made; it has 68157440 bytes, more than 16777216.`,
    ],
  ],
  [
    'a huge file of keys',
    { AUTH_MODE: 'api-key', API_KEYS_FILE: huge },
    [`API_KEYS_FILE: got ${shownFile(huge)}, takes ${keysFile}; it has 68157440 bytes, more than 1048576.`],
  ],
  [
    'a device',
    { METRICS_TOKEN_FILE: '/dev/zero' },
    [`METRICS_TOKEN_FILE: got "/dev/zero", takes ${secretFile('METRICS_TOKEN')}; it is not a regular file.`],
  ],

  [
    'a secret file that is not there',
    { ...credentials, EXOTEL_API_TOKEN: '', EXOTEL_API_TOKEN_FILE: gone },
    [
      `EXOTEL_API_TOKEN_FILE: got ${shownFile(gone)}, takes ${secretFile('EXOTEL_API_TOKEN')}; there is no such file.`,
    ],
  ],
  [
    'a secret instead of its file',
    { METRICS_TOKEN_FILE: 'a-long-and-random-one' },
    [
      `METRICS_TOKEN_FILE: got 21 characters, takes ${secretFile('METRICS_TOKEN')}; there is no such file in ${process.cwd()}.`,
    ],
  ],
  [
    'quotes that the container engine left',
    { ...credentials, EXOTEL_API_TOKEN: '"token-0815"' },
    [`EXOTEL_API_TOKEN: got 12 characters with quotes around them, takes ${apiToken}; remove the quotes.`],
  ],
  [
    'a blank secret file',
    { WEBHOOK_SECRET_FILE: blank },
    [`WEBHOOK_SECRET_FILE: got ${shownFile(blank)}, takes ${secretFile('WEBHOOK_SECRET')}; it is empty.`],
  ],
  [
    'a secret file of several lines',
    { WEBHOOK_SECRET_FILE: twoLines },
    [
      `WEBHOOK_SECRET_FILE: got ${shownFile(twoLines)}, takes ${secretFile('WEBHOOK_SECRET')}; it has several lines.`,
    ],
  ],
  [
    'a secret file with a weak secret',
    { METRICS_TOKEN_FILE: fileOf('weak', 'short\n') },
    [`METRICS_TOKEN: got 5 characters from METRICS_TOKEN_FILE, takes ${secretText}.`],
  ],
  [
    'a secret given both ways',
    { ...credentials, EXOTEL_API_TOKEN_FILE: fileOf('token', 'token-0815\n') },
    ['EXOTEL_API_TOKEN: got 10 characters, and EXOTEL_API_TOKEN_FILE is set too; unset one of the two.'],
  ],

  ...[
    '…',
    '...',
    '<key>',
    'changeme',
    'CHANGE_ME',
    'your_api_key',
    'your-key',
    'YOUR_EXOTEL_KEY',
    'xxx',
    'XXXXXXXX',
    '${KEY}',
    '{{key}}',
    '[key]',
    'EXOTEL_API_KEY',
    'todo',
    '$EXOTEL_KEY',
    '$(pass-exotel)',
    'put-it-here',
    'yourExotelKey',
    'REDACTED',
    'vault:secret/data/exotel#key',
    'op://team/exotel/key',
    'arn:aws:secretsmanager:ap-south-1:1:secret:exotel',
    'projects/1/secrets/exotel/versions/latest',
    'ref+awsssm://exotel/key',
    '/run/secrets/exotel',
    'ENC[AES256_GCM,data:aa]',
    '@Microsoft.KeyVault(SecretUri=https://a.example)',
  ].map((placeholder): [string, Variables, string[]] => [
    `the placeholder ${placeholder}`,
    { ...credentials, EXOTEL_API_KEY: placeholder },
    [
      `EXOTEL_API_KEY: got the placeholder of an example (${placeholder.length} character${placeholder === '…' ? '' : 's'}), takes ${apiKey}.`,
    ],
  ]),
  [
    'a placeholder that is long enough',
    { WEBHOOK_SECRET: 'your-webhook-secret' },
    [`WEBHOOK_SECRET: got the placeholder of an example (19 characters), takes ${secretText}.`],
  ],
  [
    'a placeholder in a file',
    { METRICS_TOKEN_FILE: fileOf('placeholder', 'changeme-changeme\n') },
    [
      `METRICS_TOKEN: got the placeholder of an example (17 characters from METRICS_TOKEN_FILE), takes ${secretText}.`,
    ],
  ],
  [
    'a placeholder as a password',
    { REDIS_URL: 'redis://:…@redis:6379/0' },
    [
      'REDIS_URL: got the placeholder of an example ("redis://…"), takes a redis or rediss URL (a % in its password is %25), e.g. redis://127.0.0.1:6379/0.',
    ],
  ],
];

it.each(refused)(
  '%s is refused with the variable, its value and the remedy',
  (_what, environment, problems) => {
    expect(problemsOf(environment)).toEqual(problems);
  },
);

it('all problems are reported together', () => {
  const wrong = refused.slice(0, 20).map(([, environment]) => environment);
  const expected = refused.slice(0, 20).flatMap(([, , problems]) => problems);
  expect([...problemsOf(Object.assign({}, ...wrong) as Variables)].sort()).toEqual(expected.sort());
});
