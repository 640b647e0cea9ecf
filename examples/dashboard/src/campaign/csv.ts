const columns = ['number', 'name', 'status', 'detailedStatus', 'body', 'scheduledAt', 'sid'] as const;

export const csvHeader = `${columns.join(',')}\r\n`;

/** A message as a record of CSV. No text may begin a formula of a spreadsheet; the plus sign of a number does not. */
export function csvRecord(message: Readonly<Record<string, unknown>>): string {
  const values = columns.map((column) => {
    const value = message[column];
    const text = typeof value === 'string' ? value : '';
    const isNumber = column === 'number' && /^\+[\dXx*]+$/.test(text);
    const isFormula = !isNumber && /^[=+\-@\t\r\n＝＋－＠]/.test(text);
    const inert = (isFormula ? "'" : '') + text.replaceAll(/[;\t](?=[=+\-@＝＋－＠])/g, "$&'");
    return /[",;\t\r\n']/.test(inert) ? `"${inert.replaceAll('"', '""')}"` : inert;
  });
  return `${values.join(',')}\r\n`;
}
