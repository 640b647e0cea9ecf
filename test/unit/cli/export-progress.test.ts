import { expect, it } from '@jest/globals';
import { ProgressBar } from '../../../src/cli/export/export-progress.js';

/** The second line of a terminal, when the rate is known. */
function lineOf(columns: number | undefined): string {
  let [text, nowMs] = ['', 0];
  const output = {
    isTTY: true,
    ...(columns !== undefined && { columns }),
    write: (more: string) => (text = more),
  };
  const bar = new ProgressBar(output, () => nowMs);
  bar.show({ read: 0, total: 500_000, rows: 0 });
  nowMs = 60_000;
  bar.show({ read: 250_000, total: 500_000, rows: 1234 });
  expect(text.startsWith('\r\u001b[K')).toBe(true);
  return text.slice('\r\u001b[K'.length);
}

const facts = '250,000 of 500,000 rows, 1,234 wanted, 250,000 a minute, until 1970-01-01 00:02 UTC';

it('shows a bar with rows, total, rate and expected end', () => {
  expect(lineOf(undefined)).toBe(`[${'#'.repeat(12)}${'.'.repeat(12)}] ${facts}`);
});

it.each([20, 60, 80, 95, 100, 200])('fits into one line of a terminal with %i columns', (columns) => {
  const line = lineOf(columns);
  expect(line.length).toBeLessThan(columns);
  expect(line).toContain(facts.slice(0, columns - 1));
  expect(line.includes('[')).toBe(columns >= 95);
});
