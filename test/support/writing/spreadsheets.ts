/** How a program reads the cells of a CSV file. */
export interface SpreadsheetReading {
  /** Characters that separate cells. */
  readonly separators: string;
  readonly lineBreaks: keyof typeof lineBreaks;
  readonly quotes: keyof typeof readers;
}

const lineBreaks = {
  'CR LF': /\r\n/y,
  'CR, LF': /\r\n|[\r\n]/y,
  all: /\r\n|[\r\n\v\f\u0085\u2028\u2029]/y,
};

/** What a reading of quotes makes of a file. */
type CellReader = (text: string, separators: string, lineBreak: RegExp) => string[];

const readers = {
  /** RFC 4180 and Python's csv: a quote at a cell's beginning opens it; what follows the closing quote belongs to the cell. */
  opening: (text, separators, lineBreak) => quotedCells(text, separators, lineBreak, 'opening'),
  /** Each quote begins or ends quoted text, wherever it is. */
  anywhere: (text, separators, lineBreak) => quotedCells(text, separators, lineBreak, 'anywhere'),
  /** As `opening`, but a backslash takes a quote's meaning away. */
  escaped: (text, separators, lineBreak) => quotedCells(text, separators, lineBreak, 'escaped'),
  /** Lines come first; quotes hold separators together within a line only. */
  'within lines': (text, separators, lineBreak) =>
    splitAt(text, '', lineBreak).flatMap((line) => quotedCells(line, separators, lineBreak, 'opening')),
  /** A quote is a character like others. */
  plain: splitAt,
  /** Quotes protect nothing, and are left out. */
  'left out': (text, separators, lineBreak) =>
    splitAt(text, separators, lineBreak).map((cell) => cell.replaceAll('"', '')),
  /** Each quote begins a cell. */
  separating: (text, separators, lineBreak) => splitAt(text, `${separators}"`, lineBreak),
} satisfies Record<string, CellReader>;

/** All readings, strict and lenient ones. */
export const spreadsheetReadings: readonly SpreadsheetReading[] = [
  ',',
  ';',
  '\t',
  '|',
  ',;\t',
  ',;\t|',
].flatMap((separators) =>
  keysOf(lineBreaks).flatMap((breaks) =>
    keysOf(readers).map((quotes) => ({ separators, lineBreaks: breaks, quotes })),
  ),
);

/** All cells of a file as a program reads it. */
export function cellsOf(text: string, reading: SpreadsheetReading): string[] {
  return readers[reading.quotes](text, reading.separators, lineBreaks[reading.lineBreaks]);
}

function splitAt(text: string, separators: string, lineBreak: RegExp): string[] {
  const cells: string[] = [];
  let start = 0;
  for (let index = 0; index < text.length;) {
    const length = separators.includes(text.charAt(index)) ? 1 : breakAt(text, index, lineBreak);
    if (length > 0) {
      cells.push(text.slice(start, index));
      start = index + length;
    }
    index += length || 1;
  }
  cells.push(text.slice(start));
  return cells;
}

function quotedCells(
  text: string,
  separators: string,
  lineBreak: RegExp,
  quotes: 'opening' | 'anywhere' | 'escaped',
): string[] {
  const cells: string[] = [];
  let [cell, isQuoted, isBegun] = ['', false, false];
  for (let index = 0; index < text.length; index += 1) {
    const character = text.charAt(index);
    const length = isQuoted ? 0 : separators.includes(character) ? 1 : breakAt(text, index, lineBreak);
    if (length > 0) {
      cells.push(cell);
      [cell, isBegun] = ['', false];
      index += length - 1;
      continue;
    }
    if (isQuoted && quotes === 'escaped' && text.startsWith('\\"', index)) cell += text.charAt((index += 1));
    else if (isQuoted && character === '"') {
      if (text.charAt(index + 1) === '"') cell += text.charAt((index += 1));
      else isQuoted = false;
    } else if (character === '"' && (quotes === 'anywhere' || !isBegun)) isQuoted = true;
    else cell += character;
    isBegun = true;
  }
  cells.push(cell);
  return cells;
}

/** Length of the line break at an index; 0 if there is none. */
function breakAt(text: string, index: number, lineBreak: RegExp): number {
  lineBreak.lastIndex = index;
  return lineBreak.exec(text)?.[0].length ?? 0;
}

function keysOf<Key extends string>(object: Readonly<Record<Key, unknown>>): Key[] {
  return Object.keys(object) as Key[];
}
