/**
 * Assembles deploy/kubernetes and each overlay with `kubectl kustomize`, and checks every object against the schemas of Kubernetes:
 * names, types and required fields by the type checker, formats and ranges by the validators of the same package. There
 * is no cluster that could check what only an API server knows. `--kubectl=<file>` is installed first if the machine has none.
 */
import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

const models = 'kubernetes-models@4.5.1';
const root = new URL('../../', import.meta.url).pathname;
const require = createRequire(import.meta.url);
const yaml = createRequire(require.resolve('@graphql-codegen/cli'))('yaml');
const overlays = [
  'kubernetes',
  ...readdirSync(join(root, 'deploy/overlays')).map((name) => `overlays/${name}`),
];

/** The objects of an overlay, in the order in which they are applied. */
function assemble(overlay) {
  const text = execFileSync('kubectl', ['kustomize', join(root, 'deploy', overlay)], { encoding: 'utf8' });
  return yaml.parseAllDocuments(text).map((document) => document.toJS());
}

/** Problems of an object according to its model, as a text; empty if there are none. */
function problemsOf(object, requireModel) {
  const Model = requireModel(`kubernetes-models/${object.apiVersion}`)[object.kind];
  assert.ok(Model, `${object.apiVersion} ${object.kind} is not known`);
  try {
    new Model(object).validate();
    return '';
  } catch (error) {
    return error.message;
  }
}

const place = mkdtempSync(join(tmpdir(), 'kubernetes-'));
try {
  writeFileSync(join(place, 'package.json'), '{"private":true,"type":"module"}');
  execFileSync('npm', ['install', '--silent', '--prefer-offline', '--ignore-scripts', models], {
    cwd: place,
  });
  const requireModel = createRequire(join(place, 'package.json'));
  const objects = overlays.flatMap((overlay) => assemble(overlay).map((object) => ({ overlay, object })));
  const named = ({ overlay, object }) => `${overlay}: ${object.kind} ${object.metadata.name}`;
  const problems = objects
    .map((each) => ({ name: named(each), problem: problemsOf(each.object, requireModel) }))
    .filter(({ problem }) => problem !== '');
  assert.deepEqual(problems, []);

  const typed = objects.map(({ object }, index) => {
    const type = `import('kubernetes-models/${object.apiVersion}').I${object.kind}`;
    return `// ${named(objects[index])}\nexport const object${index}: ${type} = ${JSON.stringify(object, null, 2)};`;
  });
  writeFileSync(join(place, 'objects.mts'), `${typed.join('\n')}\n`);
  const options = ['--noEmit', '--strict', '--skipLibCheck', '--module', 'nodenext', 'objects.mts'];
  const tsc = spawnSync('node', [join(root, 'node_modules/typescript/bin/tsc'), ...options], {
    cwd: place,
    encoding: 'utf8',
  });
  assert.equal(tsc.status, 0, tsc.stdout);
  console.log(`${overlays.join(', ')}: ${objects.length} objects are valid`);
} finally {
  rmSync(place, { recursive: true, force: true });
}
