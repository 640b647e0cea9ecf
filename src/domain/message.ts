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
