import { spawn } from 'node:child_process';
import { createHash } from 'node:crypto';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:http';
import { createServer as createTcpServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { runChecks } from '../../src/cli/check.js';
import { startSandbox } from '../../src/sandbox/sandbox.js';
import { credentials, startGatewayOn } from '../support/gateway/gateway-under-test.js';
import { makeKey, startIssuer } from '../support/clients/issuer.js';
import { describeWithRedis, startRedis } from '../support/programs/redis.js';
import { startScriptedUpstream } from '../support/upstream/scripted-upstream.js';
import { build, main } from '../support/gateway/workers.js';

beforeAll(build);
const toClose: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of toClose.splice(0).reverse()) await close();
});

interface Line {
  readonly check: string;
  readonly result: string;
  readonly detail: string;
}

async function run(set: Readonly<Record<string, string>>, ...words: readonly string[]) {
  const child = spawn(process.execPath, [main, 'check', ...words], {
    cwd: tmpdir(),
    env: { PATH: process.env['PATH'], ...set },
  });
  let [stdout, stderr] = ['', ''];
  child.stdout.on('data', (chunk: Buffer) => (stdout += chunk.toString()));
  child.stderr.on('data', (chunk: Buffer) => (stderr += chunk.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, stdout, stderr };
}

/** One check of a run in this process. Nothing of what is printed is a secret. */
async function lineOf(check: string, set: Readonly<Record<string, string>>): Promise<Line> {
  let [stdout, stderr] = ['', ''];
  const output = { log: (text: string) => (stdout += text), error: (text: string) => (stderr += text) };
  const code = await runChecks(true, output, set);
  expect(stdout + stderr).not.toMatch(/secret|\bat .*:\d+:\d+/);
  const { passed, checks } = JSON.parse(stdout) as { passed: boolean; checks: readonly Line[] };
  const line = checks.find((each) => each.check === check);
  const hasFailed = checks.some(({ result }) => result === 'failed');
  expect([code, passed]).toEqual(hasFailed ? [1, false] : [0, true]);
  if (!line) throw new Error(stdout);
  return line;
}

const live = (baseUrl: string, more: Readonly<Record<string, string>> = {}) => ({
  EXOTEL_BASE_URL: baseUrl,
  EXOTEL_ACCOUNT_SID: credentials.accountSid,
  EXOTEL_API_KEY: 'secret-key',
  EXOTEL_API_TOKEN: 'secret-token',
  ...more,
});

/** An address that takes connections and never answers. */
async function silent(): Promise<number> {
  const server = createTcpServer((socket) => socket.on('error', () => undefined).resume());
  await once(server.listen(0, '127.0.0.1'), 'listening');
  toClose.push(() => server.close());
  return (server.address() as AddressInfo).port;
}

/** A server with one answer. */
async function answering(status: number, body: string, headers = {}): Promise<string> {
  const server = createServer((incoming, response) => {
    incoming.resume();
    response.writeHead(status, headers).end(body);
  });
  await once(server.listen(0, '127.0.0.1'), 'listening');
  toClose.push(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

it('checks the configuration only where nothing else is used', async () => {
  const { code, stdout, stderr } = await run({});
  expect([code, stderr]).toEqual([0, '']);
  expect(stdout.split('\n').slice(2)).toEqual([
    '  passed   Configuration  all settings are valid',
    '  skipped  Upstream       the embedded sandbox is used: no account is set',
    '  skipped  Redis          REDIS_URL is not set: state is in memory, for one instance',
    '  skipped  API keys       AUTH_MODE is none',
    '  skipped  JWKS           AUTH_MODE is none',
    '  skipped  Documents      TRUSTED_DOCUMENTS is not set: any document runs',
    '  skipped  Callbacks      PUBLIC_URL is not set: changes are polled for',
    '  skipped  Router caches  CACHE_INVALIDATION_ENDPOINTS is not set',
    '  skipped  Traces         OTEL_EXPORTER_OTLP_ENDPOINT is not set',
    '  notice   Hosts          localhost; requests to other names are refused (ALLOWED_HOSTS)',
    '',
    'No check failed.',
    '',
  ]);
});

it('shows every problem of the configuration, and tries nothing', async () => {
  const { code, stdout } = await run({ PORT: '70000', EXOTEL_API_KEY: 'key-4711', EXOTEL_REGON: 'mumbai' });
  expect(code).toBe(1);
  const lines = stdout.split('\n');
  const failed = lines.filter((line) => line.startsWith('  failed   Configuration  '));
  expect(failed.map((line) => line.slice(26).split(':')[0]).sort()).toEqual([
    'EXOTEL_ACCOUNT_SID',
    'EXOTEL_API_TOKEN',
    'EXOTEL_REGON',
    'PORT',
  ]);
  expect(lines.filter((line) => line.endsWith(' the configuration is not valid'))).toHaveLength(8);
  expect(lines.at(-2)).toBe('4 failed.');
  expect(stdout).not.toContain('secret');
});

describe('the upstream', () => {
  it('is tried with one call: credentials, account and permissions are told apart', async () => {
    const sandbox = await startSandbox({ ...credentials, apiKey: 'secret-key', apiToken: 'secret-token' });
    toClose.push(() => sandbox.close());
    const { baseUrl } = sandbox;
    expect(await lineOf('Upstream', live(baseUrl))).toMatchObject({
      result: 'passed',
      detail: `${baseUrl} (EXOTEL_BASE_URL) accepts the credentials of account acme`,
    });
    expect(sandbox.calls.map(({ method }) => method)).toEqual(['GET']);
    expect(await lineOf('Upstream', live(baseUrl, { EXOTEL_API_TOKEN: 'secret-other' }))).toMatchObject({
      result: 'failed',
      detail: `${baseUrl} (EXOTEL_BASE_URL) refuses the credentials (401): check EXOTEL_API_KEY and EXOTEL_API_TOKEN, and that the account is of this region: EXOTEL_BASE_URL`,
    });
    expect(await lineOf('Upstream', live(baseUrl, { EXOTEL_ACCOUNT_SID: 'other1' }))).toMatchObject({
      result: 'failed',
      detail: `${baseUrl} (EXOTEL_BASE_URL) knows the credentials but allows no access to account other1 (403): check EXOTEL_ACCOUNT_SID and the permissions of the API key`,
    });
    expect(sandbox.calls).toHaveLength(3);
  });

  const json = { 'content-type': 'application/json' };
  it.each<[what: string, status: number, body: string, headers: object, detail: RegExp]>([
    [
      'another region',
      404,
      '{"RestException":{"Status":404,"Message":"secret"}}',
      json,
      /does not have account acme \(404\): check EXOTEL_BASE_URL and EXOTEL_ACCOUNT_SID$/,
    ],
    [
      'a page',
      404,
      '<html>secret',
      {},
      /answers with status 404, but not as the API does: check EXOTEL_BASE_URL$/,
    ],
    [
      'a redirect',
      301,
      '',
      { location: 'http://secret' },
      /answers with status 301, but not as the API does/,
    ],
    ['another API', 200, '{"secret":1}', json, /answers with status 200, but not as the API does/],
    [
      'a full rate limit',
      429,
      '{"RestException":{"Status":429}}',
      json,
      /status 429: the calls of the account are used up/,
    ],
    [
      'a failing API',
      503,
      'secret',
      {},
      /fails: it answers with status 503; the credentials could not be tried$/,
    ],
  ])('fails for %s', async (_what, status, body, headers, detail) => {
    const line = await lineOf('Upstream', live(await answering(status, body, headers)));
    expect(line).toMatchObject({ result: 'failed', detail: expect.stringMatching(detail) });
  });

  it('that cannot be reached fails with the reason', async () => {
    const port = await silent();
    const slow = live(`http://127.0.0.1:${port}`, { EXOTEL_TIMEOUT_MS: '300' });
    expect((await lineOf('Upstream', slow)).detail).toMatch(
      / does not answer within 300 ms \(EXOTEL_TIMEOUT_MS\)$/,
    );
    expect((await lineOf('Upstream', live('http://127.0.0.1:9'))).detail).toMatch(
      /: nothing listens there \(ECONNREFUSED\); check EXOTEL_BASE_URL and the network$/,
    );
    expect((await lineOf('Upstream', live('https://no-such-host.invalid'))).detail).toMatch(
      /: its host name cannot be resolved \((ENOTFOUND|EAI_AGAIN)\)/,
    );
  });

  it('that is slow is waited for, and standard error says so', async () => {
    const port = await silent();
    const { code, stderr } = await run(live(`http://127.0.0.1:${port}`, { EXOTEL_TIMEOUT_MS: '1500' }));
    expect([code, stderr]).toEqual([1, '  waiting  Upstream       …\n']);
  });
});

describeWithRedis('Redis', () => {
  it('passes if it answers and can be written to; its password and eviction are checked', async () => {
    const redis = await startRedis(undefined, { requirepass: 'secret-password' });
    toClose.push(() => redis.stop());
    const urlWith = (password: string): string => `redis://:${password}@127.0.0.1:${redis.port}/0`;
    const good = await lineOf('Redis', { REDIS_URL: urlWith('secret-password') });
    expect(good.detail).toMatch(/^127\.0\.0\.1:\d+ answers after \d+ ms, and can be written to$/);
    expect(good.result).toBe('passed');
    expect(await lineOf('Redis', { REDIS_URL: urlWith('secret-wrong') })).toMatchObject({
      result: 'failed',
      detail: `127.0.0.1:${redis.port} (REDIS_URL): it refuses the user or password`,
    });
    expect(await lineOf('Redis', { REDIS_URL: `redis://127.0.0.1:${redis.port}` })).toMatchObject({
      result: 'failed',
      detail: `127.0.0.1:${redis.port} (REDIS_URL): it needs a password`,
    });
    expect(
      await lineOf('Redis', { REDIS_URL: urlWith('secret-password').replace(/0$/, '99') }),
    ).toMatchObject({
      result: 'failed',
      detail: expect.stringMatching(/it has no database of that number$/) as unknown,
    });
    const evicting = await startRedis(undefined, { 'maxmemory-policy': 'allkeys-lru' });
    toClose.push(() => evicting.stop());
    expect((await lineOf('Redis', { REDIS_URL: evicting.url })).detail).toMatch(
      / has the maxmemory-policy allkeys-lru; records of creates need noeviction$/,
    );
  });
});

it('Redis that is gone or silent fails', async () => {
  expect(await lineOf('Redis', { REDIS_URL: 'redis://:secret@127.0.0.1:9' })).toMatchObject({
    result: 'failed',
    detail: '127.0.0.1:9 (REDIS_URL): it cannot be reached: ECONNREFUSED',
  });
  const port = await silent();
  expect((await lineOf('Redis', { REDIS_URL: `redis://127.0.0.1:${port}` })).detail).toMatch(
    /it does not answer within 3000 ms$/,
  );
});

it('keys of the issuer pass if one fits the accepted algorithms', async () => {
  const issuer = await startIssuer();
  toClose.push(() => issuer.close());
  const url = `${new URL(issuer.environment['JWT_JWKS_URL'] ?? '').origin} (JWT_JWKS_URL)`;
  expect(await lineOf('JWKS', issuer.environment)).toMatchObject({
    result: 'passed',
    detail: `${url} has keys for ES256`,
  });
  expect(await lineOf('JWKS', { ...issuer.environment, JWT_ALGORITHMS: 'RS256,EdDSA' })).toMatchObject({
    result: 'failed',
    detail: `${url} has no key for RS256, EdDSA (JWT_ALGORITHMS)`,
  });
  issuer.show([await makeKey('a'), await makeKey('b')]);
  expect((await lineOf('JWKS', issuer.environment)).result).toBe('passed');
  for (const [answer, why] of [
    ['error', /cannot be read: status 500$/],
    ['nonsense', /cannot be read: not a key set$/],
  ] as const) {
    issuer.answer(answer);
    expect((await lineOf('JWKS', issuer.environment)).detail).toMatch(why);
  }
});

it('files of keys and documents are read', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'check-'));
  toClose.push(() => {
    rmSync(folder, { recursive: true });
  });
  const file = (name: string, content: unknown): string => {
    writeFileSync(join(folder, name), typeof content === 'string' ? content : JSON.stringify(content));
    return join(folder, name);
  };
  const sha256 = createHash('sha256').update('a random key').digest('hex');
  const keys = (path: string) => lineOf('API keys', { AUTH_MODE: 'api-key', API_KEYS_FILE: path });
  const one = file('one.json', [{ name: 'a', scopes: ['campaigns:read'], sha256 }]);
  expect(await keys(one)).toMatchObject({ result: 'passed', detail: `${one} has 1 key` });
  expect((await keys(file('empty.json', []))).detail).toMatch(/has no key: every request is refused$/);
  expect((await keys(file('broken.json', 'secret {'))).detail).toMatch(/: The file is not JSON\.$/);
  const documents = (path: string) => lineOf('Documents', { TRUSTED_DOCUMENTS: path });
  const manifest = file('documents.json', { a: '{ __typename }', b: 'query B { __typename }' });
  expect(await documents(manifest)).toMatchObject({
    result: 'passed',
    detail: `${manifest} has 2 documents`,
  });
  const odd = (content: unknown) => documents(file('odd.json', content));
  const older = await odd({ a: '{ __typename }', b: '{ campaigns { rows } }', c: '{ nothing }' });
  expect(older).toMatchObject({
    result: 'failed',
    detail: expect.stringMatching(
      /has 3 documents, 2 of them not valid for this schema: the document "b": Cannot query field "rows" on type /,
    ),
  });
  expect((await odd({ b: '{ __typename }', a: 'secret' })).detail).toMatch(
    /the document "a" is not GraphQL\.$/,
  );
  expect((await odd({ b: '{ __typename }', a: 5 })).detail).toMatch(/the document "a" is not text\.$/);
  const apollo = { format: 'apollo-persisted-query-manifest', version: 1 };
  const one1 = { id: '1', body: '{ __typename }' };
  expect((await odd({ ...apollo, operations: [one1, { id: '2' }] })).detail).toMatch(
    /operation 2 needs an id and a body, both text\.$/,
  );
  expect((await odd({ ...apollo, operations: [one1, { id: '1', body: '{ a }' }] })).detail).toMatch(
    /the document "1" is there twice, with two texts\.$/,
  );
  expect((await odd([])).detail).toMatch(/it is neither\.$/);
});

it('the callback address passes where a gateway answers, and says what was not tested', async () => {
  const upstream = await startScriptedUpstream(() => ({ json: {} }));
  toClose.push(() => upstream.close());
  const secret = { WEBHOOK_SECRET: 'secret-of-the-webhooks' };
  const gateway = await startGatewayOn(upstream.baseUrl, { ...secret, PUBLIC_URL: 'http://127.0.0.1:1' });
  toClose.push(() => gateway.close());
  const callbacks = (url: string, more = {}) => lineOf('Callbacks', { ...secret, PUBLIC_URL: url, ...more });
  // The path of an address may be a secret too.
  expect(await callbacks(gateway.url)).toEqual({
    check: 'Callbacks',
    result: 'passed',
    detail:
      `a gateway answers at ${gateway.url}; not tested: the way of the API to this address, which may pass other names, ` +
      'firewalls and proxies',
  });
  const other = await answering(404, '<html>secret');
  expect(await callbacks(other)).toMatchObject({
    result: 'failed',
    detail: `another server answers at ${other} (status 404): check PUBLIC_URL, and that the proxy passes /webhooks/exotel on`,
  });
  expect(await callbacks(await answering(502, 'secret'))).toMatchObject({
    result: 'skipped',
    detail: expect.stringMatching(
      /no gateway runs there now \(status 502\); check again when one does; not tested/,
    ),
  });
  const refused = 'http://127.0.0.1:9: nothing listens there (ECONNREFUSED)';
  const own = `${refused}; check again when the gateway runs`;
  const nowhere = 'http://127.0.0.1:9/secret-path';
  expect(await callbacks(nowhere)).toMatchObject({ result: 'failed', detail: refused });
  expect(await callbacks(nowhere, { PORT: '9' })).toMatchObject({ result: 'skipped', detail: own });
});

it('caches of routers pass if all take requests with the key', async () => {
  const caches = (...urls: string[]) =>
    lineOf('Router caches', {
      CACHE_INVALIDATION_ENDPOINTS: urls.map((url) => `${url}/secret-path`).join(),
      CACHE_INVALIDATION_KEY: 'key-of-the-router',
    });
  const [router, other] = [await answering(202, '{"count":0}'), await answering(401, 'secret')];
  expect(await caches(router)).toMatchObject({
    result: 'passed',
    detail: 'requests with the key are accepted (endpoints: 1)',
  });
  expect(await caches(router, other, 'http://127.0.0.1:9')).toMatchObject({
    result: 'failed',
    detail:
      `${other} answers with status 401: check CACHE_INVALIDATION_KEY; ` +
      'http://127.0.0.1:9: nothing listens there (ECONNREFUSED)',
  });
});

it('the collector of traces passes if it takes traces', async () => {
  const traces = (url: string) => lineOf('Traces', { OTEL_EXPORTER_OTLP_ENDPOINT: url });
  const collector = await answering(200, '{}');
  expect(await traces(collector)).toMatchObject({ result: 'passed', detail: `${collector} takes traces` });
  const other = await answering(404, 'secret');
  expect(await traces(other)).toMatchObject({
    result: 'failed',
    detail: `${other} answers with status 404 instead of taking traces`,
  });
});
