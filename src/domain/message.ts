/** Delivery status of a message. Callbacks report final statuses only (API document, `sms_status_callback`). */
export const MessageStatus = {
  SCHEDULED: 'SCHEDULED',
  SUBMITTED: 'SUBMITTED',
  SENT: 'SENT',
  FAILED: 'FAILED',
  FAILED_DND: 'FAILED_DND',
  FAILED_EXPIRED: 'FAILED_EXPIRED',
  FAILED_NO_ATTEMPT: 'FAILED_NO_ATTEMPT',
  FAILED_NO_BALANCE: 'FAILED_NO_BALANCE',
  FAILED_SPAM_DETECTED: 'FAILED_SPAM_DETECTED',
  INVALID: 'INVALID',
  UNKNOWN: 'UNKNOWN',
} as const;
export type MessageStatus = (typeof MessageStatus)[keyof typeof MessageStatus];

const inProgress: readonly MessageStatus[] = [MessageStatus.SCHEDULED, MessageStatus.SUBMITTED];

/**
 * Whether a message can go from one status to another: never backwards, and never out of a final status. An unknown status
 * may be final or not, so a known final status can follow it.
 */
export function isNext(from: MessageStatus | undefined, to: MessageStatus): boolean {
  if (from === undefined) return true;
  const [a, b] = [from, to].map((status) => inProgress.indexOf(status));
  if (from === MessageStatus.UNKNOWN) return to !== MessageStatus.UNKNOWN && b === -1;
  return a !== -1 && (b === -1 || (b ?? 0) > (a ?? 0));
}
