import { isObject, momentOrNull, sidOf, textOf, textOrNull } from './values.js';

/** A message of `message-details`. Its text is `message` in one sample of the document and `body` in the others. */
export interface WireMessage {
  readonly sid: string;
  readonly number: string;
  readonly name: string | null;
  readonly message: string | null;
  readonly body: string | null;
  readonly status: string;
  readonly detailed_status: string | null;
  readonly schedule_time: string | null;
  readonly sender_id: string | null;
  readonly direction: string | null;
}

/** Reads a row; undefined for one that makes no sense. */
export function readMessage(row: unknown): WireMessage | undefined {
  if (!isObject(row)) return undefined;
  const sid = sidOf(row['sid']);
  const number = textOf(row['number']);
  const { status } = row;
  if (sid === undefined || number === undefined || typeof status !== 'string') return undefined;
  return {
    sid,
    number,
    name: textOrNull(row['name']),
    message: textOrNull(row['message']),
    body: textOrNull(row['body']),
    status,
    detailed_status: textOrNull(row['detailed_status']),
    schedule_time: momentOrNull(row['schedule_time']),
    sender_id: textOrNull(row['sender_id']),
    direction: textOrNull(row['direction']),
  };
}
