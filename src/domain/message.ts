/** Where one SMS is; terminal ones are those that a message callback reports (API document, sms_status_callback). */
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

const onTheWay: readonly MessageStatus[] = [MessageStatus.SCHEDULED, MessageStatus.SUBMITTED];

/**
 * Tells whether a message goes from the one status to the other: never back, and never on from an end. A word that the
 * document does not have may be either: an end that is known comes after it.
 */
export function isNext(from: MessageStatus | undefined, to: MessageStatus): boolean {
  if (from === undefined) return true;
  const [a, b] = [from, to].map((status) => onTheWay.indexOf(status));
  if (from === MessageStatus.UNKNOWN) return to !== MessageStatus.UNKNOWN && b === -1;
  return a !== -1 && (b === -1 || (b ?? 0) > (a ?? 0));
}
