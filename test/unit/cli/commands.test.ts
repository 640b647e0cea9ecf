import { createHash } from 'node:crypto';
import { hostname } from 'node:os';
import { describe, expect, it } from '@jest/globals';
import { runChecks } from '../../../src/cli/check.js';
import { createApiKey } from '../../../src/cli/key.js';
import { baseUrlsOf } from '../../../src/cli/sandbox.js';

const ignore = (): void => undefined;

it('check --json has the notices too', async () => {
  let printed = '';
  const log = (text: string): void => {
    printed += text;
  };
  expect(await runChecks(true, { log, error: ignore }, {})).toBe(0);
  expect((JSON.parse(printed) as { readonly checks: unknown }).checks).toContainEqual({
    check: 'Hosts',
    result: 'notice',
    detail: 'localhost; requests to other names are refused (ALLOWED_HOSTS)',
  });
});

describe('key', () => {
  it('prints a file for API_KEYS_FILE on standard output, and the key beside it', () => {
    const [file, beside]: [string[], string[]] = [[], []];
    const code = createApiKey(
      ['anna', 'campaigns:read'],
      (text) => void file.push(text),
      (text) => void beside.push(text),
    );
    const [key = ''] = /^[\w-]{43}$/m.exec(beside.join('\n')) ?? [];
    const sha256 = createHash('sha256').update(key).digest('hex');
    expect(code).toBe(0);
    expect(JSON.parse(file.join(''))).toEqual([{ name: 'anna', scopes: ['campaigns:read'], sha256 }]);
  });

  const all = 'must be one of campaigns:read, campaigns:write, messages:read, documents:any';
  it.each<[words: string[], problem: string]>([
    [['anna', 'campaign:read'], `"scopes" ${all} (did you mean campaigns:read?).`],
    [['anna', 'messages:read', 'campaigns:wirte'], `"scopes" ${all} (did you mean campaigns:write?).`],
    [['anna', 'admin'], `"scopes" ${all}.`],
    [['änne', 'campaigns:read'], '"name" must be printable ASCII, not blank.'],
  ])('refuses %j', (words, problem) => {
    let printed = '';
    const code = createApiKey(words, ignore, (text) => {
      printed += text;
    });
    expect([code, printed]).toEqual([
      2,
      `error: ${problem}\ncampaign-gateway --help lists commands and options.`,
    ]);
  });
});

it.each([
  ['127.0.0.1', 'http://127.0.0.1:1', 'http://127.0.0.1:1'],
  ['0.0.0.0', 'http://127.0.0.1:1', `http://${hostname()}:1`],
  ['::', 'http://[::1]:1', `http://${hostname()}:1`],
])('the sandbox on %s is reached at an address to connect to', (host, here, elsewhere) => {
  expect(baseUrlsOf(host, { baseUrl: `http://${host}:1`, port: 1 })).toEqual({ here, elsewhere });
});
