import { type ChildProcess, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import { Pool } from 'undici';
import { heapBytes, memoryProblem } from '../../src/app/memory-budget.js';
import { said } from '../support/programs/child-process.js';
import { credentials } from '../support/gateway/gateway-under-test.js';
import { build, cwd, main } from '../support/gateway/workers.js';
import { readYaml } from '../support/programs/yaml.js';

const root = new URL('../../', import.meta.url);
const textOf = (path: string): string => readFileSync(new URL(path, root), 'utf8');
const flagsOf = (command: string): readonly string[] => command.match(/--[\w-]+=\d+/g) ?? [];

beforeAll(build);

const children: ChildProcess[] = [];
const folders: string[] = [];
afterEach(() => {
  for (const child of children.splice(0)) child.kill('SIGKILL');
  for (const folder of folders.splice(0)) rmSync(folder, { recursive: true });
});

const live = {
  EXOTEL_BASE_URL: 'http://127.0.0.1:9',
  EXOTEL_ACCOUNT_SID: credentials.accountSid,
  EXOTEL_API_KEY: credentials.apiKey,
  EXOTEL_API_TOKEN: credentials.apiToken,
  EXOTEL_CHECK: 'off',
};

/** Starts the gateway, and ends it. @returns what it has printed until it said that it is ready. */
async function startAndEnd(set: NodeJS.ProcessEnv, nodeArguments: readonly string[] = []): Promise<string> {
  const child = spawn(process.execPath, [...nodeArguments, main], {
    cwd,
    env: { PATH: process.env['PATH'], PORT: '0', LOG_LEVEL: 'silent', ...live, ...set },
  });
  children.push(child);
  const ended = new Promise((resolve) => child.once('exit', resolve));
  const printed = await said(child, (text) => (text.includes('is ready') ? text : undefined));
  child.kill('SIGTERM');
  await ended;
  return printed;
}

/** The files that a start loads, of whichever kind of module: from the roots of their packages, or of the project. */
async function filesLoaded(set: NodeJS.ProcessEnv = {}): Promise<readonly string[]> {
  const folder = mkdtempSync(join(tmpdir(), 'loaded-'));
  folders.push(folder);
  await startAndEnd({ ...set, NODE_V8_COVERAGE: folder });
  const scripts = readdirSync(folder).flatMap(
    (file) => (JSON.parse(readFileSync(join(folder, file), 'utf8')) as Coverage).result,
  );
  // A CommonJS module that is compiled into a file of dist/libraries is a function there, with its path as name.
  const modules = scripts.flatMap(({ url, functions }) =>
    url.includes('/dist/libraries/')
      ? functions.filter(({ ranges }) => ranges[0]?.count).map(({ functionName }) => functionName)
      : [],
  );
  return [...scripts.map(({ url }) => url.replace(root.href, '')), ...modules].map((path) =>
    path.replace(/.*node_modules\//, ''),
  );
}

interface Coverage {
  readonly result: readonly {
    readonly url: string;
    readonly functions: readonly {
      readonly functionName: string;
      readonly ranges: readonly { readonly count: number }[];
    }[];
  }[];
}

describe('startup', () => {
  it.each([
    ['Redis', /^dist\/libraries\/ioredis|^dist\/datasources\/state\/redis\//],
    ['tokens', /^dist\/libraries\/jose/],
    ['the sandbox', /^dist\/sandbox\//],
    ['traces', /^dist\/libraries\/@opentelemetry-(sdk|exporter|resources)/],
    ['workers', /^dist\/(cluster\/(channel|worker-process)|run-worker)/],
    ["Fastify's validator", /^@fastify\/ajv-compiler\//],
  ])('does not load %s unless it is configured', async (_what, unused) => {
    loaded ??= filesLoaded();
    const files = await loaded;
    expect(files).toContain('dist/app/gateway.js');
    expect(files).toContain('fastify/fastify.js');
    expect(files.filter((path) => unused.test(path))).toEqual([]);
  });
  let loaded: Promise<readonly string[]> | undefined;

  it('loads the configured features', async () => {
    const files = await filesLoaded({
      REDIS_URL: 'redis://127.0.0.1:9',
      OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:9',
    });
    expect(files).toContain('dist/datasources/state/redis/state.js');
    expect(files.some((path) => path.startsWith('dist/libraries/@opentelemetry-sdk-trace'))).toBe(true);
  });

  it('uses the Pool of the public undici package', () => {
    const require = createRequire(import.meta.url);
    expect(require('undici/lib/dispatcher/pool.js')).toBe(Pool);
  });

  it('sets the V8 flags of memory-budget.ts', async () => {
    const preload = `import v8 from 'node:v8'; import { syncBuiltinESMExports } from 'node:module';
      v8.setFlagsFromString = (flag) => console.log(flag); syncBuiltinESMExports();`;
    const printed = await startAndEnd({}, [
      '--import',
      `data:text/javascript,${encodeURIComponent(preload)}`,
    ]);
    expect(printed.match(/^--.*$/gm)).toEqual([
      '--heap-growing-percent=50',
      '--no-allocation-site-pretenuring',
    ]);
  });

  it('npm start raises the size of the young heap', () => {
    const { scripts } = JSON.parse(textOf('package.json')) as { scripts: { start: string } };
    expect(flagsOf(scripts.start)).toEqual(['--max-semi-space-size=32']);
  });

  it('the image sets a heap that fits its container', () => {
    const entrypoint = /^ENTRYPOINT (.*)$/m.exec(textOf('Dockerfile'))?.[1] ?? '';
    expect(flagsOf(entrypoint)).toEqual(['--max-old-space-size=208', '--max-semi-space-size=16']);
    const heap = heapBytes('', flagsOf(entrypoint));
    const { services } = readYaml('compose.yaml') as {
      services: Readonly<Record<string, { mem_limit: string }>>;
    };
    const { spec } = readYaml('deploy/kubernetes/deployment.yaml') as {
      spec: {
        template: { spec: { containers: readonly { resources: { limits: { memory: string } } }[] } };
      };
    };
    const limits = [
      services['gateway-1']?.mem_limit.replace(/m$/, ''),
      ...spec.template.spec.containers.map(({ resources }) => resources.limits.memory.replace(/Mi$/, '')),
    ].map(Number);
    expect(limits).toEqual([512, 512]);
    for (const limit of limits) expect(memoryProblem(1, heap, limit * 2 ** 20)).toBeUndefined();
  });
});
