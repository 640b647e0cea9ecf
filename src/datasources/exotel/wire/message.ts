import { z } from 'zod';
import { optionalText, text } from './text.js';
import { optionalMoment } from './time.js';

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
