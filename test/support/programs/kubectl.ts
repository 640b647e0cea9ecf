import { execFileSync, spawnSync } from 'node:child_process';
import { createRequire } from 'node:module';
import { describe, test } from '@jest/globals';

/** An object of Kubernetes. */
export interface Manifest {
  readonly apiVersion: string;
  readonly kind: string;
  readonly metadata: { readonly name: string };
}

interface Yaml {
  parseAllDocuments(text: string): readonly { toJS(): unknown }[];
}

const require = createRequire(import.meta.url);
const yaml = createRequire(require.resolve('@graphql-codegen/cli'))('yaml') as Yaml;
const root = new URL('../../../', import.meta.url).pathname;
const hasKubectl = spawnSync('kubectl', ['version', '--client'], { timeout: 30_000 }).status === 0;

/** A suite that needs kubectl. It says loudly that it is skipped, and fails instead in CI. */
export function describeWithKubectl(name: string, suite: () => void): void {
  if (!hasKubectl) {
    if (process.env['CI'])
      test('CI has kubectl', () => {
        throw new Error(`No kubectl was found on PATH: ${name} would go untested.`);
      });
    // eslint-disable-next-line no-console -- a suite that did not run must not look like one that passed
    console.warn(`SKIPPED, no kubectl: ${name}`);
  }
  (hasKubectl ? describe : describe.skip)(name, suite);
}

/** The objects that `kubectl apply -k` of a folder of deploy/ applies. */
export function kustomized(folder: string): readonly Manifest[] {
  const text = execFileSync('kubectl', ['kustomize', `${root}deploy/${folder}`], {
    encoding: 'utf8',
    timeout: 30_000,
  });
  return yaml.parseAllDocuments(text).map((document) => document.toJS() as Manifest);
}
