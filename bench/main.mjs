/**
 * `npm run bench`: compares the gateway with alternatives; docs/performance.md describes the method.
 * `npm run bench -- growth`: how its cost grows.
 * `npm run bench -- warm-up`: how soon it reaches its speed.
 */
import { rivals } from './contestants.mjs';
import { install } from './install.mjs';
import { readOptions, usage, WrongOptions } from './options.mjs';

async function main(args) {
  const { command, help, ...options } = readOptions(args);
  if (help) return console.log(usage);
  install(command === 'growth' ? [] : rivals.filter((name) => options.only.includes(name)));
  // What follows imports the gateway as built.
  if (command === 'compare') return (await import('./compare.mjs')).compare(options);
  if (command === 'growth') return (await import('./growth.mjs')).growth(options);
  if (command === 'warm-up') return (await import('./warm-up.mjs')).warmUp(options);
  return (await import('./same.mjs')).same(options);
}

try {
  await main(process.argv.slice(2));
} catch (error) {
  if (!(error instanceof WrongOptions)) throw error;
  console.error(`${error.message}\n\n${usage}`);
  process.exitCode = 2;
}
process.exit();
