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
      /** Where to resume; null: from the beginning. */
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

/**
 * The beginning of a formula (OWASP, "CSV Injection"; full-width forms included) where a text begins, or after a character that
 * may begin a cell: a program may separate at other characters than commas, and read quotes in its own way. CR LF is one line
 * break to all.
 */
const formulaStart = /(?:[=+\-@\t＝＋－＠]|\r(?!\n))(?<=(?:^|[\p{Cc}\p{Zl}\p{Zp}",;|]).)|^[\r\n]/gsu;
/** Characters that some program may take for a separator, a quote or a line break: quotes keep them in their cell. */
const quoted = /[\p{Cc}\p{Zl}\p{Zp}",;|']/u;
/** A phone number as in E.164, perhaps masked after its country code. `+X1` is a cell of a spreadsheet, `+1*2` a product. */
const phoneNumber = /^\+(?=.{1,15}$)\d+(?:X{2,}\d*)?$/i;

/** A text that a spreadsheet shows and does not calculate, whatever it takes for the beginning of a cell. */
export function inert(text: string): string {
  return text.replaceAll(formulaStart, "'$&");
}

/** A record as in RFC 4180. */
function csvRecord(values: readonly string[]): string {
  return `${values.map((value) => (quoted.test(value) ? `"${value.replaceAll('"', '""')}"` : value)).join(',')}\r\n`;
}
