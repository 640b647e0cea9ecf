import { field } from './fields.js';
import { anyText, moment, sid, text } from './values.js';
import { messageStatus } from './words.js';

/** A message of `message-details`. Its text is `message` in one sample of the document and `body` in the others. */
export const messageFields = {
  sid: field(sid, 'sid'),
  number: field(anyText, 'number'),
  name: field(text, 'name'),
  body: field(text, 'body', 'message'),
  status: field(messageStatus, 'status'),
  detailedStatus: field(text, 'detailed_status'),
  direction: field(text, 'direction'),
  senderId: field(text, 'sender_id'),
  scheduledAt: field(moment, 'schedule_time'),
};
