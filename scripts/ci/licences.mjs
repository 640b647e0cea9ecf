/** Fails on a package of production whose licence nobody has agreed to: docs/decisions/licences.md. */
import { existsSync, readFileSync } from 'node:fs';
import { productionLockfile } from './production.mjs';

const agreed = new Set([
  ...['MIT', 'ISC', '0BSD', 'BSD-2-Clause', 'BSD-3-Clause', 'Apache-2.0'],
  ...['BlueOak-1.0.0', 'CC0-1.0', 'Unlicense', 'Python-2.0'],
]);

/** By name, each for the reason that is in docs/decisions/licences.md. */
const exceptions = { '@apollo/federation-internals': 'Elastic-2.0' };

/** Whether one may live by what an SPDX expression says: each part of AND, one part of OR. */
function isAgreed(expression) {
  const parts = (text, word) => text.split(word).map((part) => part.trim().replace(/^\(|\)$/g, ''));
  return parts(expression, ' AND ').every((all) => parts(all, ' OR ').some((one) => agreed.has(one)));
}

/** What a package says of itself where it is installed; of those that aren't (other platforms) what the lockfile says. */
function licenceOf(path, locked) {
  const file = new URL(`../../${path}/package.json`, import.meta.url);
  const { license, licenses } = existsSync(file) ? JSON.parse(readFileSync(file, 'utf8')) : locked;
  const said = license ?? licenses?.map(({ type }) => type).join(' OR ');
  return typeof said === 'object' ? said.type : said;
}

const packages = Object.entries(productionLockfile().packages).filter(([path]) => path !== '');
const unused = new Set(Object.keys(exceptions));
let refused = 0;
for (const [path, locked] of packages) {
  const name = path.slice(path.lastIndexOf('node_modules/') + 'node_modules/'.length);
  const licence = licenceOf(path, locked) ?? 'none';
  if (exceptions[name] === licence) unused.delete(name);
  else if (!isAgreed(licence)) {
    console.error(`${name}@${locked.version}: ${licence} is no licence that was agreed to`);
    refused += 1;
  }
}
for (const name of unused) console.error(`${name}: an exception that nothing needs`);
console.log(`${packages.length} packages of production, ${Object.keys(exceptions).length} by exception`);
process.exitCode = refused + unused.size > 0 ? 1 : 0;
