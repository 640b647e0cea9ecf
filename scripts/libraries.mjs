/**
 * Compiles libraries into dist/libraries, so that whoever installs the package installs few others: every package that
 * src/ imports and that package.json has under devDependencies. docs/decisions/dependencies.md says which stay
 * dependencies, and why.
 */
import { readdirSync, readFileSync } from 'node:fs';
import { join, posix } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'esbuild';

const root = fileURLToPath(new URL('../', import.meta.url));
const { dependencies } = JSON.parse(readFileSync(join(root, 'package.json'), 'utf8'));

/** An import of a package in the output of swc. */
const imported = /(\bfrom |\bimport\(|^import )(["'])((?:@[\w.-]+\/)?[\w-][\w./-]*)\2/gm;

/** Name of the package that a module is of. */
const packageOf = (specifier) => /^(?:@[^/]+\/)?[^/]+/.exec(specifier)[0];

/** Names of the packages that are compiled in, sorted. */
export function compiledIn() {
  const sources = readdirSync(join(root, 'src'), { recursive: true }).filter((path) => path.endsWith('.ts'));
  const specifiers = sources.flatMap((path) => {
    const text = readFileSync(join(root, 'src', path), 'utf8').replace(/^import type [^;]*;/gm, '');
    return [...text.matchAll(imported)].map(([, , , specifier]) => specifier);
  });
  return [...new Set(specifiers.filter(isCompiledIn).map(packageOf))].sort();
}

/** File of a compiled library, below dist/. */
const fileOf = (specifier) => `libraries/${specifier.replaceAll('/', '-')}.js`;

/** Whether an import is of a library that is compiled in. */
const isCompiledIn = (specifier) => !specifier.startsWith('node:') && !dependencies[packageOf(specifier)];

/**
 * Replaces imports of libraries by imports of dist/libraries, and writes those.
 * @param modules what swc made of src/: path below dist/, code and map.
 * @param write writes a file below dist/; gives its path.
 */
export async function writeLibraries(modules, write) {
  const specifiers = new Set();
  const linked = modules.map(({ path, code, map }) => {
    const replaced = code.replace(imported, (all, before, quote, specifier) => {
      if (!isCompiledIn(specifier)) return all;
      specifiers.add(specifier);
      const target = posix.relative(posix.dirname(path), fileOf(specifier));
      return `${before}${quote}${target.startsWith('.') ? target : `./${target}`}${quote}`;
    });
    return { path, code: replaced, map };
  });
  const { outputFiles, metafile } = await bundle([...specifiers].sort());
  const files = outputFiles.map(({ path, text }) => write(path.slice(join(root, 'dist').length + 1), text));
  return { linked, paths: [...files, write('libraries/LICENSES.txt', licencesOf(metafile))] };
}

/** One file for each library, and files of what they share. */
async function bundle(specifiers) {
  const names = new Map();
  for (const specifier of specifiers) names.set(specifier, Object.keys(await import(specifier)));
  return build({
    entryPoints: specifiers.map((specifier) => ({ in: specifier, out: fileOf(specifier).slice(0, -3) })),
    outdir: join(root, 'dist'),
    chunkNames: 'libraries/shared-[hash]',
    absWorkingDir: root,
    bundle: true,
    splitting: true,
    write: false,
    metafile: true,
    format: 'esm',
    platform: 'node',
    target: 'node20',
    legalComments: 'none', // LICENSES.txt has them in full
    logLevel: 'error',
    external: Object.keys(dependencies),
    // CommonJS modules require Node's.
    banner: {
      js: "import { createRequire as requireOf } from 'node:module'; const require = requireOf(import.meta.url);",
    },
    plugins: [{ name: 'entries', setup: (setup) => exportNames(setup, names) }],
  });
}

/** esbuild exports only a default of a CommonJS module; these entries export by name what Node does. */
function exportNames({ onResolve, onLoad }, names) {
  onResolve({ filter: /.*/ }, ({ kind, path }) =>
    kind === 'entry-point' ? { path: `${path}.mjs`, namespace: 'entry' } : undefined,
  );
  onLoad({ filter: /.*/, namespace: 'entry' }, ({ path }) => {
    const specifier = path.slice(0, -'.mjs'.length);
    const list = names.get(specifier).filter((name) => !['module.exports', '__esModule'].includes(name));
    return { contents: `export { ${list.join(', ')} } from '${specifier}';`, resolveDir: root };
  });
}

/** Licences of everything that was compiled in, as they ask for. @throws Error on a package without one. */
function licencesOf({ inputs }) {
  const folders = new Set(
    Object.keys(inputs).flatMap((path) => /^.*node_modules\/(?:@[^/]+\/)?[^/]+(?=\/)/.exec(path) ?? []),
  );
  folders.add('node_modules/@graphql-yoga/render-graphiql'); // graphiql.mjs
  return [...folders]
    .sort()
    .map(licenceOf)
    .join(`\n${'-'.repeat(80)}\n\n`);
}

/** The licence of a package in its own words; where it ships none, what its manifest says. */
function licenceOf(folder) {
  const { name, version, license, author, repository } = JSON.parse(
    readFileSync(join(root, folder, 'package.json'), 'utf8'),
  );
  const file = readdirSync(join(root, folder)).find((each) => /^(licen[cs]e|copying)/i.test(each));
  if (file === undefined && !license) throw new Error(`${folder} has no licence`);
  const text = file
    ? readFileSync(join(root, folder, file), 'utf8').trim()
    : `Licence: ${license}. ${author?.name ?? author ?? repository?.url ?? ''}`;
  return `${name} ${version}\n\n${text}\n`;
}
