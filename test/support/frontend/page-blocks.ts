import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { promisify } from 'node:util';
import { transform } from '@swc/core';
import { build } from 'esbuild';
import ts from 'typescript';

const root = fileURLToPath(new URL('../../../', import.meta.url));

/** A fenced block of a page. */
export interface Block {
  readonly language: string;
  readonly text: string;
  /** Name of its file, from its first line; undefined for commands and output. */
  readonly file?: string;
  /** Which variant of the file it is, as the first line says. */
  readonly variant?: string;
}

/** An application made of the blocks of a page, in a directory of its own with the dependencies of this repository. */
export interface PageApplication {
  readonly directory: string;
  /** Its TypeScript files, with their paths. */
  readonly sources: () => Promise<readonly string[]>;
  /** Runs a block of commands in it, as a developer would. */
  run(commands: string): Promise<void>;
  /** Loads one of its modules, as a bundler would build it. */
  load<Module>(name: string): Promise<Module>;
  remove(): Promise<void>;
}

/** The blocks of a page, in order. */
export async function blocksOf(page: string): Promise<readonly Block[]> {
  const text = await readFile(join(root, page), 'utf8');
  return [...text.matchAll(/^```(\w*)\n(.*?)^```$/gms)].map(([, language = '', block = '']) => {
    const [, file, variant] = /^(?:\/\/|#) ([\w./-]+\.\w+)(?: \((.+)\))?\n/.exec(block) ?? [];
    return { language, text: block, ...(file && { file }), ...(variant && { variant }) };
  });
}

/**
 * Writes an application.
 * @param variants the variant of each file that has several.
 * @param replacements texts of the page, such as addresses, and what a test has instead.
 * @param modules where its dependencies are.
 */
export async function writeApplication(
  blocks: readonly Block[],
  variants: readonly string[],
  replacements: Readonly<Record<string, string>>,
  modules = 'node_modules',
): Promise<PageApplication> {
  const directory = await mkdtemp(join(tmpdir(), 'page-'));
  await symlink(join(root, modules), join(directory, 'node_modules'));
  await writeFile(join(directory, 'package.json'), '{"type":"module"}');
  const replaced = (text: string): string =>
    Object.entries(replacements).reduce((done, [from, to]) => done.replaceAll(from, to), text);
  for (const { file, variant, text } of blocks) {
    if (file === undefined || (variant !== undefined && !variants.includes(variant))) continue;
    await mkdir(dirname(join(directory, file)), { recursive: true });
    const body = file.endsWith('.json') ? text.slice(text.indexOf('\n')) : text; // JSON has no comments
    await writeFile(join(directory, file), replaced(body));
  }
  const sources = async () => {
    const found = await readdir(join(directory, 'src'), { recursive: true });
    return found.filter((file) => file.endsWith('.ts')).map((file) => join(directory, 'src', file));
  };
  let isCompiled = false;
  return {
    directory,
    sources,
    run: async (commands) => {
      await promisify(execFile)('sh', ['-ec', replaced(commands)], { cwd: directory });
    },
    load: async <Module>(name: string) => {
      if (!isCompiled) for (const file of await sources()) await compile(file);
      isCompiled = true;
      return (await import(pathToFileURL(join(directory, 'src', `${name}.js`)).href)) as Module;
    },
    remove: () => rm(directory, { recursive: true }),
  };
}

async function compile(file: string): Promise<void> {
  const source = withRelayArtifacts(await readFile(file, 'utf8'));
  const { code } = await transform(source, {
    filename: file,
    jsc: { target: 'es2022', parser: { syntax: 'typescript' } },
    module: { type: 'es6' },
  });
  await writeFile(file.replace(/ts$/, 'js'), code.replace(/from ["'](\.[^"']+)["']/g, "from '$1.js'"));
}

/** Each `graphql` text becomes the artifact that relay-compiler made of it: what babel-plugin-relay does. */
function withRelayArtifacts(source: string): string {
  const imports: string[] = [];
  const body = source.replace(/graphql`\s*\w+ (\w+)[^`]*`/g, (_text, name: string) => {
    imports.push(`import artifact_${name} from './__generated__/${name}.graphql';`);
    return `artifact_${name}`;
  });
  return `${imports.join('\n')}\n${body}`;
}

/** A module with all that it imports, for a browser. */
export async function bundle(file: string): Promise<string> {
  const { outputFiles } = await build({
    entryPoints: [file],
    bundle: true,
    write: false,
    format: 'esm',
    jsx: 'automatic',
  });
  return (outputFiles[0]?.text ?? '').replaceAll('</script', '<\\/script');
}

const compilerOptions: ts.CompilerOptions = {
  target: ts.ScriptTarget.ES2022,
  lib: ['lib.es2023.d.ts', 'lib.dom.d.ts', 'lib.dom.iterable.d.ts'],
  jsx: ts.JsxEmit.ReactJSX,
  module: ts.ModuleKind.ESNext,
  moduleResolution: ts.ModuleResolutionKind.Bundler,
  types: [],
  strict: true,
  noUncheckedIndexedAccess: true,
  exactOptionalPropertyTypes: true,
  noUnusedLocals: true,
  noUnusedParameters: true,
  isolatedModules: true,
  skipLibCheck: true,
  noEmit: true,
};
const declarations = new Map<string, ts.SourceFile | undefined>();

/** The files of a program. Declarations of libraries are read once: they are most of what the compiler reads. */
function compilerHost(): ts.CompilerHost {
  const host = ts.createCompilerHost(compilerOptions);
  return {
    ...host,
    getSourceFile: (file, ...how) => {
      if (!file.endsWith('.d.ts')) return host.getSourceFile(file, ...how);
      if (!declarations.has(file)) declarations.set(file, host.getSourceFile(file, ...how));
      return declarations.get(file);
    },
  };
}

/**
 * What the TypeScript compiler says about files of applications, with the settings of a usual one. Of these files only: what they
 * import is asked about once, by its own name.
 */
export function problemsOf(files: readonly string[]): readonly string[] {
  const program = ts.createProgram(files, compilerOptions, compilerHost());
  return files
    .flatMap((file) => ts.getPreEmitDiagnostics(program, program.getSourceFile(file)))
    .map(
      ({ file, messageText }) =>
        `${file?.fileName ?? ''}: ${ts.flattenDiagnosticMessageText(messageText, '\n')}`,
    );
}
