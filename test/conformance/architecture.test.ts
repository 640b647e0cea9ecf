import { execFileSync } from 'node:child_process';
import { readdirSync, readFileSync } from 'node:fs';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startSandbox, type Sandbox } from '../../src/sandbox/sandbox.js';
import { ask } from '../support/clients/ask.js';
import { type CountedFunction, countedCalls } from '../support/operations/counted-calls.js';
import { credentials, type GatewayUnderTest, startGatewayOn } from '../support/gateway/gateway-under-test.js';

const root = new URL('../../', import.meta.url).pathname;
const document = readFileSync(`${root}docs/architecture.md`, 'utf8');

/** Cells of the table rows that begin with a pattern. */
function rowsOf(pattern: RegExp): string[][] {
  const lines = document.split('\n').filter((line) => pattern.test(line));
  return lines.map((line) =>
    line
      .split(/(?<!\\)\|/)
      .slice(1, -1)
      .map((cell) => cell.trim()),
  );
}

/** Names in backquotes, in order. */
const namesIn = (text = ''): string[] => [...text.matchAll(/`([^`]+)`/g)].map(([, name = '']) => name);

describe('docs/architecture.md', () => {
  it('lists exactly the imports of each room that the lint rule allows', () => {
    const print = "import('./eslint.config.mjs').then((it) => console.log(JSON.stringify(it.roomMayImport)))";
    const linted = execFileSync(process.execPath, ['-e', print], { cwd: root, encoding: 'utf8' });
    const shown = rowsOf(/^\| `src\//).map(([room = '', , imports]): [string, string[]] => [
      room.replace(/^`src\/|`$/g, ''),
      namesIn(imports).sort(),
    ]);
    const allowed = Object.entries(JSON.parse(linted) as Record<string, string[]>);
    expect(Object.fromEntries(shown)).toEqual(
      Object.fromEntries(allowed.map(([room, imports]) => [room, imports.sort()])),
    );
  });

  it('has a room for every folder of src', () => {
    const folders = readdirSync(`${root}src`).flatMap((name) =>
      name === 'datasources' ? readdirSync(`${root}src/${name}`).map((inner) => `${name}/${inner}`) : [name],
    );
    const rooms = rowsOf(/^\| `src\//).map(([room = '']) => room.replace(/^`src\/|`$/g, ''));
    expect(rooms.sort()).toEqual(folders.sort());
  });

  it('links every decision', () => {
    const decisions = readdirSync(`${root}docs/decisions`);
    const linked = [...document.matchAll(/^\| \[[\w-]+\]\(decisions\/([\w-]+\.md)\)/gm)].map(
      ([, name]) => name,
    );
    expect(linked.sort()).toEqual(decisions.sort());
  });
});

/** Names that a module imports: in its import clauses, in the types that name a module, and of what `import()` resolves to. */
function importedNames(text: string): readonly string[] {
  const clauses = text.match(/^(?:import|export) [^;]*? from |typeof import\([^)]*\)\)?\.\w+/gm) ?? [];
  const dynamic =
    text.match(
      /(?:const \{[^}]*\} = )?\(?await import\([^)]*\)\)?(?:\.\w+)?|import\([^)]*\)\.then\([^;]*/g,
    ) ?? [];
  return [...clauses, ...dynamic].flatMap((clause) => clause.match(/\w+/g) ?? []);
}

describe('src', () => {
  it('exports nothing that no other file uses, except the types that make the schema', () => {
    const textsIn = (folder: string, name: RegExp): [string, string][] =>
      readdirSync(`${root}${folder}`, { recursive: true, encoding: 'utf8' })
        .filter((path) => name.test(path))
        .map((path) => [`${folder}/${path}`, readFileSync(`${root}${folder}/${path}`, 'utf8')]);
    const sources = textsIn('src', /\.ts$/);
    const texts = [
      ...sources,
      ...textsIn('test', /\.ts$/),
      ...textsIn('bench', /\.mjs$/),
      ...textsIn('scripts', /\.mjs$/),
    ];
    const users = new Map<string, Set<string>>();
    for (const [path, text] of texts)
      for (const name of importedNames(text)) users.set(name, (users.get(name) ?? new Set()).add(path));
    const exported = sources.flatMap(([path, text]) =>
      [
        ...text.matchAll(
          /^export (?:async |abstract )*(?:const|function\*?|class|interface|type|enum) (\w+)/gm,
        ),
      ].map(([, name = '']) => ({ path, name })),
    );
    expect(exported.length).toBeGreaterThan(500);
    const unused = exported.filter(({ path, name }) => !path.startsWith('src/schema/') && !users.has(name));
    expect(unused).toEqual([]);
  });
});

describe('the listed path of campaign(sid) with messages', () => {
  const files = rowsOf(/^\| \d+ \|/).map(([, file]) => namesIn(file)[0] ?? '');
  let sandbox: Sandbox;
  let gateway: GatewayUnderTest;
  let counted: readonly CountedFunction[];

  beforeAll(async () => {
    sandbox = await startSandbox({ ...credentials, seed: 'empty' });
    gateway = await startGatewayOn(sandbox.baseUrl);
    const { sid } = sandbox.state.insert({ status: 'in-progress', audience: 30 });
    const query = `{ campaign(sid: "${sid}") { name status messages(first: 5) { nodes { number status } } } }`;
    counted = await countedCalls(async () => {
      const { data, errors } = await ask<{ campaign: { messages: { nodes: unknown[] } } }>(gateway, query);
      expect(errors).toBeUndefined();
      expect(data?.campaign.messages.nodes).toHaveLength(5);
    });
  });
  afterAll(async () => {
    await gateway.close();
    await sandbox.close();
  });

  it('has at most 30 files', () => {
    expect(files.length).toBeGreaterThan(20);
    expect(files.length).toBeLessThanOrEqual(30);
  });

  it.each(files)('runs %s', (file) => {
    const calls = counted.filter((one) => one.file === file).reduce((sum, one) => sum + one.calls, 0);
    expect(calls).toBeGreaterThan(0);
  });
});
