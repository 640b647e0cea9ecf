import { readFileSync } from 'node:fs';
import { describe, expect, it } from '@jest/globals';
import { readConfig } from '../../src/config.js';
import { filledIn, knownVariables } from '../support/known-variables.js';
import { readYaml } from '../support/yaml.js';

interface Service {
  readonly image: string;
  readonly environment?: Readonly<Record<string, string>>;
  readonly env_file?: string;
  readonly command?: readonly string[];
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

const { services, ...declared } = readYaml('compose.yaml') as Compose;
const { redis, ...gateways } = services;
const example = readVariables('deploy/example.env');

describe('compose.yaml', () => {
  it.each(Object.entries(services))(
    '%s may write nowhere but where it is told to, and do little',
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

  it('uses nothing that it does not declare', () => {
    for (const { networks, secrets = [], volumes = [] } of Object.values(services)) {
      expect(Object.keys(declared.networks)).toEqual(expect.arrayContaining([...networks]));
      expect(Object.keys(declared.secrets)).toEqual(expect.arrayContaining([...secrets]));
      const named = volumes.map((volume) => volume.split(':')[0]);
      expect(Object.keys(declared.volumes)).toEqual(expect.arrayContaining(named));
    }
  });

  it('has two gateways that differ in nothing but their port', () => {
    const [one, other] = Object.values(gateways);
    expect(Object.keys(gateways)).toHaveLength(2);
    expect({ ...one, ports: null }).toEqual({ ...other, ports: null });
    expect(one?.ports).not.toEqual(other?.ports);
    expect(one?.depends_on).toEqual({ redis: { condition: 'service_healthy' } });
  });

  it('has a Redis that nobody outside reaches, and that forgets no idempotency key to make room', () => {
    expect(redis).toBeDefined();
    expect(redis?.ports).toBeUndefined();
    expect(redis?.networks).toEqual(['back']);
    expect(declared.networks['back']).toEqual({ internal: true });
    const said = redis?.command?.join(' ');
    expect(said).toContain('--maxmemory-policy noeviction');
    expect(said).toContain('--appendonly yes');
    expect(said).toMatch(/--maxmemory \d+mb/);
  });

  it('makes, with the example filled in, a configuration that gateways start with and that asks callers for keys', () => {
    for (const service of Object.values(gateways)) {
      const { environment = {}, secrets = [], stop_grace_period: stop = '0s' } = service;
      const said = { HOST: '0.0.0.0', ...filledIn, ...example.set, ...accountOf(filledIn), ...environment };
      const config = readConfig(said);
      expect(config.access.auth).toEqual({ mode: 'api-key', file: `/run/secrets/${secrets[0]}` });
      expect(config.redisUrl).toBe('redis://redis:6379/0');
      expect(Object.keys(environment).filter((name) => !knownVariables.includes(name))).toEqual([]);
      expect(Number.parseInt(stop) * 1000).toBeGreaterThan(config.shutdownGraceMs);
    }
  });
});

describe('deploy/example.env', () => {
  it('names no variable that the gateway does not read, and holds no secret', () => {
    expect(example.names.filter((name) => !knownVariables.includes(name))).toEqual([]);
    expect(Object.keys(example.set).filter((name) => Object.hasOwn(filledIn, name))).toEqual([]);
  });

  it('is read by the gateways under the name that its first line tells to copy it to, which no commit holds', () => {
    const file = Object.values(gateways)[0]?.env_file ?? '';
    expect(example.text).toContain(`copy it to ${file} `);
    expect(linesOf('.gitignore')).toEqual(expect.arrayContaining([file, 'deploy/api-keys.json']));
  });
});

function accountOf({
  EXOTEL_ACCOUNT_SID,
  EXOTEL_API_KEY,
  EXOTEL_API_TOKEN,
}: Readonly<Record<string, string>>) {
  return { EXOTEL_ACCOUNT_SID, EXOTEL_API_KEY, EXOTEL_API_TOKEN };
}

function linesOf(path: string): string[] {
  return readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8').split('\n');
}

function readVariables(path: string) {
  const pairs = linesOf(path)
    .filter((line) => line !== '' && !line.startsWith('#'))
    .map((line) => line.split('=') as [string, string]);
  const set = Object.fromEntries(pairs.filter(([, value]) => value !== ''));
  return { text: linesOf(path).join('\n'), names: pairs.map(([name]) => name), set };
}
