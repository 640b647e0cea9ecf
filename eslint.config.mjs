import importX from 'eslint-plugin-import-x';
import { createTypeScriptImportResolver } from 'eslint-import-resolver-typescript';
import tseslint from 'typescript-eslint';

/**
 * The house rule of the architecture: what each room under src/ may import besides itself. Dependencies point one way.
 * docs/architecture.md shows the same table; test/conformance/architecture.test.ts compares the two.
 */
export const roomMayImport = {
  domain: [],
  schema: ['domain'],
  auth: ['domain', 'schema'],
  config: ['domain'],
  'datasources/state': ['domain'],
  'datasources/exotel': ['domain', 'schema', 'datasources/state'],
  'datasources/cache': ['domain', 'datasources/state', 'datasources/exotel'],
  'datasources/paging': ['domain'],
  'datasources/campaigns': [
    'domain',
    'schema',
    'datasources/state',
    'datasources/exotel',
    'datasources/cache',
    'datasources/paging',
  ],
  'datasources/writing': [
    'domain',
    'schema',
    'datasources/state',
    'datasources/exotel',
    'datasources/campaigns',
  ],
  live: [
    'domain',
    'schema',
    'datasources/state',
    'datasources/exotel',
    'datasources/cache',
    'datasources/campaigns',
  ],
  export: ['domain', 'schema', 'datasources/exotel', 'datasources/paging', 'datasources/campaigns'],
  resolvers: [
    'domain',
    'schema',
    'auth',
    'datasources/cache',
    'datasources/paging',
    'datasources/campaigns',
    'datasources/writing',
  ],
  operations: ['domain', 'schema', 'auth', 'resolvers', 'datasources/cache'],
  telemetry: ['domain'],
  server: [
    'domain',
    'auth',
    'operations',
    'live',
    'export',
    'telemetry',
    'datasources/state',
    'datasources/exotel',
    'datasources/cache',
  ],
  sandbox: [], // so that it and the client check each other
  cluster: [],
  app: [
    'domain',
    'schema',
    'auth',
    'config',
    'resolvers',
    'live',
    'export',
    'operations',
    'telemetry',
    'server',
    'sandbox',
    'datasources/state',
    'datasources/exotel',
    'datasources/cache',
    'datasources/paging',
    'datasources/campaigns',
    'datasources/writing',
  ],
  cli: ['app', 'auth', 'cluster', 'config', 'export', 'resolvers', 'sandbox', 'telemetry'],
  'main.ts': ['app', 'cli', 'cluster', 'config'],
};

const oneWay = Object.entries(roomMayImport).map(([room, allowed]) => ({
  target: `./src/${room}`,
  from: './src',
  except: [room, ...allowed].map((name) => `./${name}`),
  message: `${room} may import only: ${[room, ...allowed].join(', ')} (docs/architecture.md).`,
}));

const processEnv = {
  selector: "MemberExpression[object.name='process'][property.name='env']",
  message: 'src/config/config.ts is the only reader of process.env.',
};

/** V8 allocates such functions in the old heap (docs/decisions/what-a-call-costs.md). */
const functionsInProperties = [
  "AssignmentExpression[left.type='MemberExpression'][right.type=/FunctionExpression$/]",
  'PropertyDefinition[static=false][value.type=/FunctionExpression$/]',
].map((selector) => ({
  selector,
  message:
    'Write a method: a function that is assigned to a property keeps what it refers to in the old heap.',
}));

/** Files whose objects live as long as the process. */
const oneInAProcess = [
  'src/app/heap-watch.ts',
  'src/auth/api-keys.ts',
  'src/cli/**',
  'src/cluster/worker-process.ts',
  'src/datasources/cache/hybrid-clock.ts',
  'src/datasources/exotel/client.ts',
  'src/datasources/exotel/rate-limit/redis-window.ts',
  'src/datasources/exotel/resilience/circuit-breaker.ts',
  'src/datasources/state/**',
  'src/live/*.ts',
  'src/operations/gate/event-loop-scheduler.ts',
  'src/resolvers/subgraph.ts',
  'src/server/connections/graceful-shutdown.ts',
  'src/server/connections/incoming-bytes.ts',
  'src/server/connections/unread-bytes.ts',
  'src/telemetry/log-output.ts',
];

export default tseslint.config(
  {
    // The dashboard has an installation and a configuration of its own: `npm run lint` there.
    ignores: [
      '**/dist/',
      'node_modules/',
      'coverage/',
      'test/operations/generated.ts',
      'examples/dashboard/',
    ],
  },
  ...tseslint.configs.strict,
  {
    files: ['**/*.ts'],
    extends: [...tseslint.configs.strictTypeCheckedOnly],
    languageOptions: { parserOptions: { projectService: true, tsconfigRootDir: import.meta.dirname } },
    rules: {
      // type-graphql declares types as classes of decorated fields; to everyone else they are shapes of plain objects.
      '@typescript-eslint/no-extraneous-class': 'off',
      '@typescript-eslint/no-unsafe-class-instance-assignment': 'off',
      '@typescript-eslint/no-misused-spread': ['error', { allow: ['Campaign', 'Message', 'string'] }],
      '@typescript-eslint/restrict-template-expressions': ['error', { allowNumber: true }],
      '@typescript-eslint/consistent-type-imports': ['error', { fixStyle: 'inline-type-imports' }],
      '@typescript-eslint/switch-exhaustiveness-check': 'error',
    },
  },
  {
    files: ['src/**/*.ts', 'test/**/*.ts'],
    plugins: { 'import-x': importX },
    settings: { 'import-x/resolver-next': [createTypeScriptImportResolver()] },
    rules: {
      'import-x/no-restricted-paths': ['error', { zones: oneWay }],
      'import-x/no-cycle': 'error',
      'import-x/no-default-export': 'error',
      'max-lines': ['error', { max: 350, skipBlankLines: true, skipComments: true }],
      'no-console': 'error',
    },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config/config.ts'],
    rules: { 'no-restricted-syntax': ['error', processEnv] },
  },
  {
    files: ['src/**/*.ts'],
    ignores: ['src/config/config.ts', ...oneInAProcess],
    rules: { 'no-restricted-syntax': ['error', processEnv, ...functionsInProperties] },
  },
  {
    files: ['src/**/*.ts'],
    rules: {
      'no-restricted-imports': [
        'error',
        {
          name: 'node:async_hooks',
          message:
            'It slows down every promise: pass the RequestTrace as an argument (docs/decisions/what-a-call-costs.md).',
        },
      ],
    },
  },
  { files: ['src/main.ts'], rules: { 'no-console': 'off' } },
);
