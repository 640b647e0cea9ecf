import { z } from 'zod';
import { isObject } from './object.js';
import { optionalText, text, textOrNull } from './text.js';
import { momentOrNull, optionalMoment } from './time.js';

/** A message of `message-details`. Its text is `message` in one sample of the document and `body` in the others. */
export const wireMessage = z.object({
  sid: z.string().min(1),
  number: text,
  name: optionalText,
  message: optionalText,
  body: optionalText,
  status: z.string(),
  detailed_status: optionalText,
  schedule_time: optionalMoment,
  sender_id: optionalText,
  direction: optionalText,
});
export type WireMessage = z.infer<typeof wireMessage>;

/** Reads a row; undefined for one that makes no sense. */
export function readMessage(row: unknown): WireMessage | undefined {
  return plainMessage(row) ?? wireMessage.safeParse(row).data;
}

/**
 * A row that has what it must have as text: the same as the schema makes of it, less the three objects that zod makes
 * for each key. Undefined for any other, which is the schema's to read or to refuse.
 */
function plainMessage(row: unknown): WireMessage | undefined {
  if (!isObject(row)) return undefined;
  const { sid, number, status } = row;
  if (typeof sid !== 'string' || sid === '') return undefined;
  if (typeof number !== 'string' || typeof status !== 'string') return undefined;
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
