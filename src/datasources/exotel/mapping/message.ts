import { type Message } from '../../../schema/message.js';
import { type WireMessage } from '../wire/message.js';
import { messageStatusOf } from './words.js';

/** A message of the schema's shape; the row itself does not name its campaign. */
export function messageFromWire(wire: WireMessage, campaignSid: string): Message {
  return {
    __typename: 'Message',
    campaignSid,
    id: wire.sid,
    sid: wire.sid,
    number: wire.number,
    name: wire.name,
    body: wire.body ?? wire.message,
    status: messageStatusOf(wire.status),
    upstreamStatus: wire.status,
    detailedStatus: wire.detailed_status,
    direction: wire.direction,
    senderId: wire.sender_id,
    scheduledAt: wire.schedule_time,
  };
}
