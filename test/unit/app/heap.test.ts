import { describe, expect, it } from '@jest/globals';
import { heapBytes, memoryProblem, refuseSmallHeap } from '../../../src/app/memory-budget.js';

const mebibyte = 1024 * 1024;
const limit = 4144 * mebibyte;

describe('heapBytes is', () => {
  it.each<[string, string, readonly string[], number]>([
    ['what V8 allows, where nothing is said', '', [], 4144],
    ['what the command line says', '', ['--max-old-space-size=192', '--max-semi-space-size=16'], 192],
    ['what it says with underscores', '', ['--max_old_space_size=192'], 192],
    ['what it says in two words', '', ['--max-old-space-size', '192'], 192],
    ['what NODE_OPTIONS says', '--enable-source-maps --max-old-space-size=256', [], 256],
    ['what it says in quotes', '"--max-old-space-size=256"', [], 256],
    ['the last that is said', '--max-old-space-size=256 --max-old-space-size=300', [], 300],
    [
      'of the command line before NODE_OPTIONS',
      '--max-old-space-size=256',
      ['--max-old-space-size=128'],
      128,
    ],
    ['no more than V8 allows', '', ['--max-old-space-size=999999'], 4144],
    ['what V8 allows, where 0 is said', '', ['--max-old-space-size=0'], 4144],
    ['no part of the young heap', '', ['--max-semi-space-size=32'], 4144],
  ])('%s', (_what, nodeOptions, commandLine, mebibytes) => {
    expect(heapBytes(nodeOptions, commandLine, limit)).toBe(mebibytes * mebibyte);
  });

  it('more than the required minimum in this process', () => {
    expect(heapBytes('')).toBeGreaterThan(96 * mebibyte);
  });
});

it('a heap of less than 96 MB is refused, with the flag that raises it', () => {
  expect(() => {
    refuseSmallHeap(96 * mebibyte);
  }).not.toThrow();
  expect(() => {
    refuseSmallHeap(96 * mebibyte - 1);
  }).toThrow(
    'NODE_OPTIONS: the heap is 95 MB, takes 96 MB or more; set --max-old-space-size=96 or more, or give the container more memory.',
  );
});

describe('the memory of a container', () => {
  it.each<[string, number, number, number, string | undefined]>([
    ['is enough for the image', 1, 208, 512, undefined],
    ['is exactly enough', 1, 208, 368, undefined],
    [
      'is too little for a larger heap',
      1,
      400,
      512,
      'a process with a heap of 400 MB may take 560 MB, the container has 512 MB (--max-old-space-size, WORKERS)',
    ],
    [
      'is too little for several processes',
      2,
      208,
      512,
      'a primary process and 2 workers with a heap of 208 MB may take 864 MB, the container has 512 MB (--max-old-space-size, WORKERS)',
    ],
    ['is not limited', 4, 4144, 0, undefined],
  ])('%s', (_what, workers, heap, container, problem) => {
    expect(memoryProblem(workers, heap * mebibyte, container * mebibyte)).toBe(problem);
  });
});
