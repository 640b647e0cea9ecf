import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { csvHeader, csvRecord } from '../../../examples/dashboard/src/campaign/csv.js';
import { type GatewayUnderTest, startGatewayOn } from '../../support/gateway/gateway-under-test.js';
import { type MessageUpstream, startMessageUpstream } from '../../support/upstream/message-upstream.js';
import { getExport, linesOf, recordsOf } from '../../support/writing/exporting.js';
import { cellsOf, spreadsheetReadings } from '../../support/writing/spreadsheets.js';
import { runsOf, seedOf } from '../../support/property-runs.js';

/** More runs, and other seeds, where somebody looks for what these don't find. */
const numRuns = runsOf(40);
const seed = seedOf(20_261_129);

let upstream: MessageUpstream;
let gateway: GatewayUnderTest;

beforeAll(async () => {
  upstream = await startMessageUpstream();
  gateway = await startGatewayOn(upstream.baseUrl);
});
afterAll(async () => {
  await gateway.close();
  await upstream.close();
});

interface Texts {
  readonly number: string;
  readonly name: string;
  readonly body: string;
}

/** The gateway's CSV of messages with these texts, and the dashboard's. */
async function filesOf(
  texts: readonly Texts[],
): Promise<{ readonly gateway: string; readonly dashboard: string }> {
  // A sid is any text, too.
  upstream.messages = texts.map((each, index) => ({
    sid: `${each.name.slice(0, 100)}m${String(index)}`,
    status: 'sent',
    ...each,
  }));
  const url = `${gateway.url}/campaigns/c/messages`;
  const { rows } = linesOf((await getExport(`${url}.ndjson`)).text);
  expect(rows).toHaveLength(texts.length);
  return {
    gateway: (await getExport(`${url}.csv?cursor=1`)).text,
    dashboard: csvHeader + rows.map((row) => csvRecord(row)).join(''),
  };
}

/** The values of a column as RFC 4180 reads them. */
function columnOf(file: string, name: string): string[] {
  const [header = [], ...records] = recordsOf(file);
  return records.map((record) => record[header.indexOf(name)] ?? '');
}

const isNumber = (cell: string): boolean =>
  /^\+\d{1,15}$/.test(cell) || /^\+\d{1,3}X{2,12}\d{0,4}$/.test(cell);
const formulasIn = (file: string): unknown[] =>
  spreadsheetReadings.flatMap((reading) =>
    cellsOf(file, reading)
      .filter((cell) => /^[=+\-@\t\r＝＋－＠]/.test(cell) && !isNumber(cell))
      .map((cell) => ({ ...reading, cell: cell.slice(0, 60) })),
  );

const piece = fc.oneof(
  { weight: 4, arbitrary: fc.constantFrom('=', '+', '-', '@', '\t', '\r', '＝', '＋', '－', '＠') },
  { weight: 4, arbitrary: fc.constantFrom(',', ';', '\t', '|', '"', '""', "'", '\\') },
  {
    weight: 3,
    arbitrary: fc.constantFrom('\n', '\r', '\r\n', '\v', '\f', '\u0085', '\u2028', '\u2029', '\0'),
  },
  { weight: 2, arbitrary: fc.constantFrom('1', 'A1', 'X1', ' ', 'नमस्ते', '😀', 'SUM(1)') },
);
const text = fc.array(piece, { maxLength: 10 }).map((pieces) => pieces.join(''));
const number = fc.oneof(text, fc.constantFrom('+919876543210', '+91XXXXXX3210', 'XXXXXXXXXX'));
const rows = fc.array(fc.record({ number, name: text, body: text }), { minLength: 1, maxLength: 40 });

describe('the CSV of an export, and that of the dashboard', () => {
  it('give no program a cell that begins like a formula, however it reads separators, quotes and line breaks', async () => {
    await fc.assert(
      fc.asyncProperty(rows, async (texts) => {
        const files = await filesOf(texts);
        for (const file of Object.values(files)) expect(formulasIn(file)).toEqual([]);
      }),
      { numRuns, seed },
    );
  });

  it('give back every text as RFC 4180 reads it, but for the apostrophes before what would be a formula', async () => {
    const harmless = [
      'a - b + c',
      'x=1 @home',
      "it's",
      'a, "b"; c|d',
      'a\r\n\r\nb\n\nc',
      'a\tb',
      '\u2028x',
      ' =1',
    ];
    await fc.assert(
      fc.asyncProperty(rows, async (texts) => {
        const all = [...texts, ...harmless.map((each) => ({ number: '1', name: each, body: each }))];
        for (const file of Object.values(await filesOf(all)))
          for (const column of ['number', 'name', 'body'] as const) {
            const values = columnOf(file, column);
            const given = all.map((each) => each[column]);
            expect(values.map((value) => value.replaceAll("'", ''))).toEqual(
              given.map((value) => value.replaceAll("'", '')),
            );
            expect(values.slice(texts.length)).toEqual(given.slice(texts.length));
          }
      }),
      { numRuns: Math.ceil(numRuns / 4), seed },
    );
  });

  it.each([
    ['=1', "'=1"],
    ['Hello\n=1+1;', "Hello\n'=1+1;"],
    ['a;"=1+1;"', 'a;"\'=1+1;"'],
    ['a\t"\t@x', "a\t\"'\t'@x"],
    ['a,-1|+2', "a,'-1|'+2"],
    ['\r\n=1', "'\r\n'=1"],
    ['a\r\n\r\nb;\rc', "a\r\n\r\nb;'\rc"],
  ])(
    'have an apostrophe at each place of %j where a cell may begin with a formula, and nowhere else',
    async (body, inert) => {
      for (const file of Object.values(await filesOf([{ number: '1', name: body, body }]))) {
        expect(columnOf(file, 'body')).toEqual([inert]);
        expect(columnOf(file, 'name')).toEqual([inert]);
      }
    },
  );

  it('keep the plus sign of a phone number, and of nothing else that a column of numbers may hold', async () => {
    const numbers = ['+919876543210', '+91XXXXXX3210', '+91xxxxxxxxxx', 'XXXXXXXXXX', '9876543210'];
    const others = [
      ...[
        '+X1',
        '+x1',
        '+XX12',
        '+XXXXXXXX1',
        '+A1',
        '+1*2',
        '+*1',
        '+91*****',
        '+1*X1',
        '+1X1',
        '+91#1',
        '+91•1',
      ],
      ...['+', '+1+1', '+1-1', '+1\n', '+1234567890123456', '-1', '=1', '@A1', '+91XXXX12+1'],
    ];
    const texts = [...numbers, ...others].map((each) => ({ number: each, name: each, body: '' }));
    for (const file of Object.values(await filesOf(texts))) {
      expect(columnOf(file, 'number')).toEqual([...numbers, ...others.map((each) => `'${each}`)]);
      expect(columnOf(file, 'name').slice(0, 3)).toEqual(numbers.slice(0, 3).map((each) => `'${each}`));
    }
  });
});
