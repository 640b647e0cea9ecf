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
/** Statuses that the API document does not have, of one message, that are remembered. */
const maximumUnknown = 4;

/** Statuses that a message has had: the last known one, and unknown ones in the upstream's spelling. One text, since many are kept. */
export type StatusHistory = string;

/**
 * The history of a message after a status; undefined if that status is not new. A message never goes back, has each status once,
 * and never leaves a final one. An unknown status may stand anywhere before the final one.
 * @param spelling the status as the upstream spells it, in any case and with any separators.
 */
export function historyWith(
  history: StatusHistory | undefined,
  status: MessageStatus,
  spelling: string,
): StatusHistory | undefined {
  const [known = '', ...unknown] = history?.split(' ') ?? [];
  const rank = known === '' ? -1 : inProgress.indexOf(known as MessageStatus);
  const isFinal = known !== '' && rank === -1;
  if (isFinal) return undefined;
  if (status === MessageStatus.UNKNOWN) {
    const word = spelling
      .toLowerCase()
      .replaceAll(/[^\p{L}\p{N}]/gu, '')
      .slice(0, 16);
    if (unknown.includes(word)) return undefined;
    return [known, ...unknown.slice(1 - maximumUnknown), word].join(' ');
  }
  const next = inProgress.indexOf(status);
  return next === -1 || next > rank ? [status, ...unknown].join(' ') : undefined;
}
