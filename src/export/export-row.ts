import { GatewayError } from '../domain/errors.js';
import { MessageStatus } from '../domain/campaigns/message.js';
import { type Row } from '../domain/lists/page.js';
import { type Message } from '../schema/message.js';

/** Fields of a message in an export, in this order: those of the schema's `Message`, without its campaign. */
export const exportedFields = [
  'id',
  'sid',
  'number',
  'name',
  'body',
  'status',
  'upstreamStatus',
  'detailedStatus',
  'direction',
  'senderId',
  'scheduledAt',
] as const satisfies readonly (keyof Message)[];

/** Statuses by which an export can be filtered. */
export const exportStatuses: readonly string[] = Object.values(MessageStatus);

/** The last line of an export: whether it is whole. */
export type ExportEnd =
  | { readonly complete: true; readonly rows: number; readonly unreadable?: number }
  | {
      readonly complete: false;
      /** Code of the error that ended it (docs/errors.md). */
      readonly reason: string;
      /** Where to go on; null: from the beginning. */
      readonly cursor: string | null;
    };

/** One message as a line of NDJSON. A row that could not be read has `error` in place of its fields. */
export function ndjsonLine(row: Row<Message>, cursor: string): string {
  if (row instanceof GatewayError) {
    const { code, message } = row;
    return `${JSON.stringify({ sid: row.extensions['sid'] ?? null, error: { code, message }, cursor })}\n`;
  }
  const line: Record<string, string | null> = {};
  for (const field of exportedFields) line[field] = row[field];
  line['cursor'] = cursor;
  return `${JSON.stringify(line)}\n`;
}

/** The header of a CSV export. */
export function csvHeader(hasCursor: boolean): string {
  return csvRecord([...exportedFields, ...(hasCursor ? ['cursor'] : [])]);
}

/**
 * One message, or its line of NDJSON parsed, as a CSV record. A row that could not be read has only its sid, if that is known.
 * @param cursor undefined without the column.
 */
export function csvLine(row: object, cursor?: string): string {
  const fields = (row instanceof GatewayError ? row.extensions : row) as Readonly<Record<string, unknown>>;
  const values = exportedFields.map((field) => {
    const value = fields[field];
    if (typeof value !== 'string') return '';
    return field === 'number' && phoneNumber.test(value) ? value : inert(value);
  });
  return csvRecord(cursor === undefined ? values : [...values, cursor]);
}

/** Beginnings by which a spreadsheet takes a text for a formula (OWASP, "CSV Injection"), full-width ones included. */
const formulaStart = /^[=+\-@\t\r\n＝＋－＠]/;
/** A separator of some spreadsheets, and a formula behind it: they would begin a cell there, also between quotes. */
const formulaInside = /[;\t](?=[=+\-@＝＋－＠])/g;
/** A phone number, perhaps masked: its plus sign begins no formula. */
const phoneNumber = /^\+[\dXx*]+$/;

/** A text that a spreadsheet shows and does not calculate. */
export function inert(text: string): string {
  const inside = text.replaceAll(formulaInside, "$&'");
  return formulaStart.test(text) ? `'${inside}` : inside;
}

/** A record as in RFC 4180. */
function csvRecord(values: readonly string[]): string {
  return `${values.map((value) => (/[",;\t\r\n']/.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',')}\r\n`;
}
