import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Redis } from 'ioredis';
import { readConfig } from '../../../src/config/config.js';
import { noticesOf } from '../../../src/config/start-message.js';
import { filledIn, knownVariables, someFile } from '../../support/gateway/known-variables.js';
import { describeWithRedis, startRedis } from '../../support/programs/redis.js';
import { readYaml } from '../../support/programs/yaml.js';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: string;
  readonly command?: readonly string[];
  readonly healthcheck?: { readonly test: readonly string[] };
  readonly ports?: readonly string[];
  readonly networks: readonly string[];
  readonly secrets?: readonly string[];
  readonly volumes?: readonly string[];
  readonly depends_on?: unknown;
  readonly stop_grace_period?: string;
}

interface Compose {
  readonly services: Readonly<Record<string, Service>>;
  readonly secrets: Readonly<Record<string, unknown>>;
  readonly networks: Readonly<Record<string, unknown>>;
  readonly volumes: Readonly<Record<string, unknown>>;
}

const password = 'the-password-of-redis';
/** With the one variable that compose itself puts in. */
const { services, ...declared } = withPassword(readYaml('compose.yaml')) as Compose;
const { redis, ...gateways } = services;
const example = readVariables('deploy/example.env');

describe('compose.yaml', () => {
  it.each(Object.entries(services))(
    '%s has a read-only file system and no capabilities',
    (_name, service) => {
      expect(service).toMatchObject({
        read_only: true,
        cap_drop: ['ALL'],
        security_opt: ['no-new-privileges:true'],
        tmpfs: ['/tmp'],
      });
      expect(service.image).toMatch(/^[\w-]+:\d+\.\d+\.\d+(-\w+)?$/); // never "latest"
    },
  );

  it('uses only networks, secrets and volumes that it declares', () => {
    for (const { networks, secrets = [], volumes = [] } of Object.values(services)) {
      expect(Object.keys(declared.networks)).toEqual(expect.arrayContaining([...networks]));
      expect(Object.keys(declared.secrets)).toEqual(expect.arrayContaining([...secrets]));
      const named = volumes.map((volume) => volume.split(':')[0]);
      expect(Object.keys(declared.volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  it('has two gateways that differ in their port only', () => {
    const [one, other] = Object.values(gateways);
    expect(Object.keys(gateways)).toHaveLength(2);
    expect({ ...one, ports: null }).toEqual({ ...other, ports: null });
    expect(one?.ports).not.toEqual(other?.ports);
    expect(one?.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
  });

  it('has a Redis without a published port that evicts no idempotency keys', () => {
    expect(redis).toBeDefined();
    expect(redis?.ports).toBeUndefined();
    expect(redis?.networks).toEqual(['back']);
    expect(declared.networks['back']).toEqual({ internal: true });
    const said = redis?.command?.join(' ');
    expect(said).toContain('--maxmemory-policy noeviction');
    expect(said).toContain('--appendonly yes');
    expect(said).toMatch(/--maxmemory \d+mb/);
  });

  it('with a filled-in example.env is a valid configuration with API keys', () => {
    for (const service of Object.values(gateways)) {
      const { environment = {}, secrets = [], stop_grace_period: stop = '0s' } = service;
      const said = { HOST: '0.0.0.0', ...filledIn, ...example.set, ...accountOf(filledIn), ...environment };
      expect(environment['API_KEYS_FILE']).toBe(`/run/secrets/${secrets[0]}`);
      const config = readConfig({ ...said, API_KEYS_FILE: someFile });
      expect(config.access.auth).toMatchObject({ mode: 'api-key' });
      expect(config.redisUrl).toBe(`redis://:${password}@redis:6379/0`);
      expect(noticesOf(config).map(({ kind }) => kind)).not.toContain('Weak');
      expect(Object.keys(environment).filter((name) => !knownVariables.includes(name))).toEqual([]);
      expect(Number.parseInt(stop) * 1000).toBeGreaterThan(config.shutdownGraceMs);
    }
  });
});

describe('deploy/example.env', () => {
  it('has only variables that the gateway or compose reads, and no secret', () => {
    expect(example.names.filter((name) => !knownVariables.includes(name))).toEqual(['REDIS_PASSWORD']);
    expect(Object.keys(example.set).filter((name) => Object.hasOwn(filledIn, name))).toEqual([]);
  });

  it('is copied to a file that the gateways read and git ignores', () => {
    const file = Object.values(gateways)[0]?.env_file ?? '';
    expect(example.text).toContain(`copy it to ${file} `);
    expect(linesOf('.gitignore')).toEqual(expect.arrayContaining([file, 'deploy/api-keys.json']));
  });
});

describeWithRedis('the Redis of compose.yaml', () => {
  const [command = '', ...said] = redis?.command ?? [];
  const settings = Object.fromEntries(
    said.flatMap((name, index) => (name.startsWith('--') ? [[name.slice(2), said[index + 1] ?? '']] : [])),
  );
  /** As the container does it, but for the place. */
  const isHealthy = (port: number, environment: Readonly<Record<string, string>>): boolean => {
    const [how, line = ''] = redis?.healthcheck?.test ?? [];
    expect(how).toBe('CMD-SHELL');
    const atPort = line.replace('redis-cli', `redis-cli -p ${port}`);
    return (
      spawnSync('sh', ['-c', atPort], { env: { PATH: process.env['PATH'], ...environment } }).status === 0
    );
  };

  it('requires its password, which the health check and the gateways use', async () => {
    expect([command, settings['requirepass']]).toEqual(['redis-server', password]);
    const folder = mkdtempSync(join(tmpdir(), 'redis-'));
    const running = await startRedis(undefined, { ...settings, dir: folder });
    expect(isHealthy(running.port, {})).toBe(false);
    expect(isHealthy(running.port, { REDISCLI_AUTH: 'another' })).toBe(false);
    expect(isHealthy(running.port, redis?.environment ?? {})).toBe(true);
    const redisUrl = gateways['gateway-1']?.environment?.['REDIS_URL'] ?? '';
    const client = new Redis(redisUrl.replace('@redis:6379', `@127.0.0.1:${running.port}`));
    expect(await client.ping()).toBe('PONG');
    client.disconnect();
    await running.stop();
    rmSync(folder, { recursive: true });
  });
});

/** As compose puts it in, which ends where the variable is not set. */
function withPassword(value: unknown): unknown {
  const text = JSON.stringify(value).replace(/\$\{REDIS_PASSWORD:\?[^}]+\}/g, password);
  expect(text).not.toContain('${');
  return JSON.parse(text);
}

function accountOf({
  EXOTEL_ACCOUNT_SID,
  EXOTEL_API_KEY,
  EXOTEL_API_TOKEN,
}: Readonly<Record<string, string>>) {
  return { EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN };
}

function linesOf(path: string): string[] {
  return readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8').split('\n');
}

function readVariables(path: string) {
  const pairs = linesOf(path)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('=') as [string, string]);
  const set = Object.fromEntries(pairs.filter(([, value]) => value !== ''));
  return { text: linesOf(path).join('\n'), names: pairs.map(([name]) => name), set };
}
