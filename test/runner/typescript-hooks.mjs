import { readFile } from 'node:fs/promises';
import { fileURLToPath } from 'node:url';
import { transform } from '@swc/core';
import { swcOptions } from '../../scripts/swc-options.mjs';

/**
 * Module hooks of Node, so that the tests run TypeScript as native ES modules: a `.js` import of ours is the `.ts` file
 * beside it, and swc compiles it as the build does. Every file below test/ is loaded anew for each suite (the `suite`
 * in its URL): a support file may register Jest hooks. Sources and libraries are loaded once per process.
 */
const root = new URL('../../', import.meta.url).href;
const tests = `${root}test/`;
const globals = new URL('globals.mjs', import.meta.url).href;
const suiteOf = (url) => (url?.startsWith(root) ? new URL(url).searchParams.get('suite') : null);

export async function resolve(specifier, context, nextResolve) {
  const suite = suiteOf(context.parentURL);
  if (specifier === '@jest/globals') return { url: `${globals}?suite=${suite}`, shortCircuit: true };
  const isOurs =
    /^\.{0,2}\//.test(specifier) &&
    context.parentURL?.startsWith(root) &&
    !context.parentURL.includes('/node_modules/');
  if (!isOurs || !specifier.endsWith('.js')) return nextResolve(specifier, context);
  const url = new URL(specifier.replace(/\.js$/, '.ts'), context.parentURL);
  if (suite !== null && url.href.startsWith(tests)) url.searchParams.set('suite', suite);
  return { url: url.href, shortCircuit: true };
}

export async function load(url, context, nextLoad) {
  if (!url.startsWith(root) || !new URL(url).pathname.endsWith('.ts')) return nextLoad(url, context);
  const filename = fileURLToPath(url.replace(/\?.*/, ''));
  const source = await readFile(filename, 'utf8');
  const { code } = await transform(source, { ...swcOptions, filename, sourceMaps: 'inline' });
  return { format: 'module', source: code, shortCircuit: true };
}
