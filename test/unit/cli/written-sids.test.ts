import { mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { WrittenSids } from '../../../src/cli/export/written-sids.js';
import { csvHeader, csvLine, ndjsonLine } from '../../../src/export/export-row.js';
import { type Message } from '../../../src/schema/message.js';

const folder = mkdtempSync(join(tmpdir(), 'written-sids-'));
afterAll(() => {
  rmSync(folder, { recursive: true });
});

/** Texts with all that CSV and JSON quote. */
const texts = fc.string({
  unit: fc.constantFrom('"', ',', '\n', '\r', '=', "'", '\\', '\u2028', '\u0085', 'a', 'é', '😀'),
  minLength: 1,
});

describe.each(['csv', 'ndjson'] as const)('a file of %s that an export continues', (format) => {
  it('tells the sids of its rows, whatever characters they and the texts next to them have', async () => {
    const rows = fc.array(fc.record({ sid: texts, body: texts, name: texts }), {
      minLength: 1,
      maxLength: 5,
    });
    await fc.assert(
      fc.asyncProperty(rows, texts, async (written, other) => {
        const path = join(folder, `messages.${format}`);
        const messages = written as readonly unknown[] as readonly Message[];
        const lines =
          format === 'csv'
            ? [csvHeader(false), ...messages.map((message) => csvLine(message))]
            : messages.map((message) => ndjsonLine(message, 'cursor'));
        writeFileSync(path, lines.join(''));
        const sids = new WrittenSids(format);
        await sids.addFile(path, statSync(path).size);
        for (const message of messages) expect(sids.isRepeated(message)).toBe(true);
        const isWritten = written.some(({ sid }) => sid === other);
        expect(sids.isRepeated({ sid: `${other} of another row` })).toBe(false);
        expect(sids.isRepeated({ sid: other })).toBe(isWritten);
      }),
    );
  });
});
