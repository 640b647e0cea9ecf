import { indianTime } from '../clock.js';
import { type Message } from '../messages.js';

/**
 * A message's `data` (API document, 'SMS Details of a Single SMS Campaign'). In the sample the text of the sent
 * one is called `message` and that of the others `body`; `name` is there only "if saved in Contacts".
 */
export function messageView(message: Message): Record<string, unknown> {
  return {
    number: message.number,
    ...(message.name === undefined ? {} : { name: message.name }),
    [message.status === 'sent' ? 'message' : 'body']: message.text,
    status: message.status,
    detailed_status: message.detailedStatus,
    schedule_time: indianTime(message.scheduledAt),
    sender_id: message.senderId,
    direction: 'outgoing-api',
    sid: message.sid,
  };
}
