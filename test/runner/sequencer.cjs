/* eslint-disable @typescript-eslint/no-require-imports -- Jest requires its sequencer */
const { readFileSync } = require('node:fs');

/** Folders in the order of their suites' durations: browsers and processes take longest. */
const slowestFirst = ['/test/e2e/', '/test/integration/', '/test/conformance/'];

/**
 * A suite that takes a minute or more beside others says so (`@slow`) and starts first: it would run alone at the end. Then those that collect garbage: a
 * collection costs four times as much in a process that has run suites for minutes.
 */
const rankOf = (path, source) => {
  if (source.includes('@slow')) return -2;
  if (source.includes('--expose-gc')) return -1;
  return slowestFirst.findIndex((folder) => path.includes(folder)) >>> 0;
};

/**
 * Starts slow suites first, so that none of them runs alone at the end. Jest's own sequencer knows that only after a run: on a
 * fresh clone it goes by the sizes of files.
 */
module.exports = class SlowestFirst {
  sort(tests) {
    const ranked = Array.from(tests, (test) => {
      const source = readFileSync(test.path);
      return { test, rank: rankOf(test.path, source), bytes: source.length };
    });
    return ranked.sort((a, b) => a.rank - b.rank || b.bytes - a.bytes).map(({ test }) => test);
  }

  shard(tests) {
    return tests;
  }

  allFailedTests(tests) {
    return tests;
  }

  cacheResults() {
    // The order is the same every time.
  }
};
