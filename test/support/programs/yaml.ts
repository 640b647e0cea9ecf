import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Yaml {
  parse(text: string, options: { readonly merge: boolean }): unknown;
}

const require = createRequire(import.meta.url);
/** The YAML parser of the codegen configuration. */
const yaml = createRequire(require.resolve('@graphql-codegen/cli'))('yaml') as Yaml;

/**
 * Parses a YAML file with one document.
 * @param path relative to the root of the project.
 */
export function readYaml(path: string): unknown {
  const text = readFileSync(new URL(`../../../${path}`, import.meta.url), 'utf8');
  return yaml.parse(text, { merge: true });
}
