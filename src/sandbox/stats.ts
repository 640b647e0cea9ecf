/** All statuses of a message, with underscores as in 'SMS Details of a Single SMS Campaign' (API document). */
const MESSAGE_STATUSES = [
  'scheduled',
  'submitted',
  'failed',
  'failed_dnd',
  'invalid',
  'failed_no_attempt',
  'sent',
  'failed_expired',
  'failed_no_balance',
] as const;

/** Status of a message. */
export type MessageStatus = (typeof MESSAGE_STATUSES)[number];

/** Message counts by status; the API spells these keys with hyphens (API document, all samples). */
export type Stats = Record<StatsKey, number>;

/** A key of `stats`: the message status with hyphens. */
type StatsKey =
  | 'scheduled'
  | 'submitted'
  | 'failed'
  | 'failed-dnd'
  | 'invalid'
  | 'failed-no-attempt'
  | 'sent'
  | 'failed-expired'
  | 'failed-no-balance';

/** The key of each message status in `stats`. */
const statsKeys = Object.fromEntries(
  MESSAGE_STATUSES.map((status) => [status, status.replaceAll('_', '-')]),
) as Readonly<Record<MessageStatus, StatsKey>>;

/** Adds up numbers of messages by status; the keys are in the document's order. */
export function sumStatuses(counts: Iterable<readonly [status: MessageStatus, messages: number]>): Stats {
  const stats = Object.fromEntries(MESSAGE_STATUSES.map((status) => [statsKeys[status], 0])) as Stats;
  for (const [status, messages] of counts) stats[statsKeys[status]] += messages;
  return stats;
}

/** Inverse of `sumStatuses`: a list with as many statuses of each kind as counted. */
export function expandStats(stats: Partial<Stats>): MessageStatus[] {
  return MESSAGE_STATUSES.flatMap((status) =>
    Array.from({ length: stats[statsKeys[status]] ?? 0 }, () => status),
  );
}
