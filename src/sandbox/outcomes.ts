import { spread } from './digest.js';
import { type MessageStatus } from './stats.js';

/** Of 100 messages, how many end how. The first that the draw is below counts. */
const SHARES: readonly (readonly [below: number, status: MessageStatus])[] = [
  [88, 'sent'],
  [92, 'failed'],
  [95, 'failed_dnd'],
  [97, 'failed_expired'],
  [98, 'failed_no_balance'],
  [100, 'invalid'],
];

const DETAILS: Record<MessageStatus, readonly (string | null)[]> = {
  scheduled: [null],
  submitted: ['PENDING_TO_OPERATOR'],
  sent: ['DELIVERED_TO_OPERATOR', 'DELIVERED_TO_OPERATOR', 'DELIVERED_TO_HANDSET'],
  failed: ['FAILED_SPAM_DETECTED', 'FAILED_SENDERID', 'FAILED_OPERATOR'],
  failed_dnd: ['FAILED_REJECTED_DND'],
  failed_expired: ['FAILED_EXPIRED'],
  failed_no_balance: ['FAILED_NO_BALANCE'],
  failed_no_attempt: ['FAILED_NO_ATTEMPT'],
  invalid: ['FAILED_INVALID_DESTINATION_NUMBER'],
};

/** How a message ends if it is sent at all: most are delivered, some fail in every way that `stats` counts. */
export function outcomeOf(campaignSid: string, index: number): MessageStatus {
  const draw = spread(`outcome:${campaignSid}:${index}`) % 100;
  return SHARES.find(([below]) => draw < below)?.[1] ?? 'sent';
}

/** The `detailed_status` that goes with a status (API document, 'SMS Details of a Single SMS Campaign'). */
export function detailedStatus(status: MessageStatus, index: number): string | null {
  const details = DETAILS[status];
  return details[index % details.length] ?? null;
}
