import type { CampaignStatus, MessageStatus } from '../generated/operations';

/** A status in words and in a colour of its own; never in the colour alone. */
export function StatusBadge({ status }: { status: CampaignStatus | MessageStatus }) {
  return <span className={`badge status-${kindOf(status)}`}>{wordsOf(status)}</span>;
}

/** e.g. "In progress", "Failed dnd". */
export function wordsOf(status: string): string {
  const words = status.toLowerCase().replaceAll('_', ' ');
  return words.charAt(0).toUpperCase() + words.slice(1);
}

function kindOf(status: string): string {
  return status.startsWith('FAILED') || status === 'INVALID' ? 'failed' : status.toLowerCase();
}
