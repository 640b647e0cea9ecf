import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';

interface Yaml {
  parse(text: string, options: { readonly merge: boolean }): unknown;
}

const require = createRequire(import.meta.url);
/** The parser that codegen reads its own configuration with. */
const yaml = createRequire(require.resolve('@graphql-codegen/cli'))('yaml') as Yaml;

/**
 * Reads a YAML file of one document.
 * @param path from the root of the project.
 */
export function readYaml(path: string): unknown {
  const text = readFileSync(new URL(`../../${path}`, import.meta.url), 'utf8');
  return yaml.parse(text, { merge: true });
}
