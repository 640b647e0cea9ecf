/** No number is first: of a line that a program does not separate at commas, it would begin the cell. */
const columns = ['name', 'number', 'status', 'detailedStatus', 'body', 'scheduledAt', 'sid'] as const;

export const csvHeader = `${columns.join(',')}\r\n`;

/** Where a spreadsheet may begin a formula: at the start of a text, and behind separators, quotes and control characters. */
const formulaStart = /(?:[=+\-@\t＝＋－＠]|\r(?!\n))(?<=(?:^|[\p{Cc}\p{Zl}\p{Zp}",;|]).)|^[\r\n]/gsu;

/** A message as a record of CSV. No text may begin a formula of a spreadsheet; the plus sign of a phone number does not. */
export function csvRecord(message: Readonly<Record<string, unknown>>): string {
  const values = columns.map((column) => {
    const value = message[column];
    const text = typeof value === 'string' ? value : '';
    const isNumber = column === 'number' && /^\+(?=.{1,15}$)\d+(?:X{2,}\d*)?$/i.test(text);
    const inert = isNumber ? text : text.replaceAll(formulaStart, "'$&");
    return /[\p{Cc}\p{Zl}\p{Zp}",;|']/u.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
  });
  return `${values.join(',')}\r\n`;
}
